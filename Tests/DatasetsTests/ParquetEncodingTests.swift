import Datasets
import Support
import Testing

/// The examples of Parquet's specification of encodings, and there and back again.
@Suite struct ParquetEncodingTests {
  @Test func packsBitsAsTheSpecificationDoes() throws {
    // "The numbers 0 through 7 with a bit width of 3": 10001000 11000110 11111010.
    let packed: [UInt8] = [0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010]
    #expect(try HybridRuns.decode(packed[...], count: 8, width: 3) == Array(0..<8))
    #expect(HybridRuns.encode(Array(0..<8), width: 3) == packed)
    // A run: its length twice, then the value in whole bytes.
    #expect(HybridRuns.encode([UInt32](repeating: 300, count: 100), width: 9) == [200, 1, 44, 1])
  }

  @Test(arguments: [0, 1, 5, 9, 32]) func runsComeBack(width: Int) throws {
    let mask = width == 32 ? UInt32.max : 1 << UInt32(width) - 1
    let values = (0..<1000).map { (index: UInt32) in
      (index / 50 % 2 == 0 ? index &* 2_654_435_761 : index / 50) & mask
    }
    let bytes = HybridRuns.encode(values, width: width)
    #expect(try HybridRuns.decode(bytes[...], count: 1000, width: width) == values)
    guard width > 0 else { return }
    #expect(throws: (any Error).self) {
      try HybridRuns.decode(bytes.dropLast(9), count: 1000, width: width)
    }
  }

  @Test func readsTheSpecificationsDifferences() throws {
    // Example 2: 7, 5, 3, 1, 2, 3, 4, 5 as a block of 8: the first value 7, the smallest
    // difference -2, differences 0 0 0 3 3 3 3 in 2 bits.
    let bytes: [UInt8] = [8, 1, 8, 14, 3, 2, 0b1100_0000, 0b0011_1111]
    var reader = PageReader(bytes[...])
    #expect(try DeltaBinaryPacked.decode(&reader, limit: 8) == [7, 5, 3, 1, 2, 3, 4, 5])
    reader = PageReader(bytes[...])
    #expect(throws: (any Error).self) { try DeltaBinaryPacked.decode(&reader, limit: 7) }
  }

  @Test(arguments: [0, 1, 2, 129, 300]) func differencesComeBack(count: Int) throws {
    let some: [Int64] = [.min, .max, 0, -5, 1 << 40]
    let values = (0..<count).map { some[$0 * $0 % 5] }
    let bytes = DeltaBinaryPacked.encode(values)
    var reader = PageReader(bytes[...])
    #expect(try DeltaBinaryPacked.decode(&reader, limit: count) == values)
  }

  /// Whatever a footer holds is written back as it was, known or not.
  @Test(
    .requiresContainerFixtures,
    arguments: ["codec-none", "duckdb", "polars-zstd", "extra-columns", "checksums-page-index"])
  func footersComeBack(name: String) throws {
    let file = try RandomAccessFile.contents(
      ContainerFixtures.path("parquet-variants/\(name).parquet"))
    let size = file.suffix(8).prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    let footer = file.dropLast(8).suffix(size)
    var reader = ThriftReader(footer)
    #expect(ThriftWriter.bytes(try reader.structure()) == Array(footer))
  }
}
