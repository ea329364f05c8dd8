import ComputeBackend
import ReferenceBackend
import TestSupport

/// The inputs and outputs of one case on one backend.
///
/// Every slice lies at an odd offset. Around inputs there are NaN, so that a value read outside
/// shows in the result; outputs begin as NaN, between guards that must stay as they are.
final class CaseRun {
  let backend: any ComputeBackend
  private var generator: PhiloxGenerator
  private var records: [Record] = []
  private static let margin = 19
  private static let guardValue: Float = 12345

  private struct Record {
    var name: String
    var slice: BufferSlice
    var closeness: Closeness
    var isInteger: Bool
  }

  init(_ name: String, on backend: any ComputeBackend) {
    self.backend = backend
    // FNV-1a: each case has its own numbers, the same on every backend.
    let seed = name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    generator = PhiloxGenerator(seed: seed)
  }

  // MARK: Inputs

  func floats(_ values: [Float]) -> BufferSlice { surrounded(values, by: .nan) }

  func integers(_ values: [Int32]) -> BufferSlice { surrounded(values, by: 0) }

  func normal(_ count: Int, mean: Float = 0, deviation: Float = 1) -> BufferSlice {
    floats(generator.normals(count, mean: mean, deviation: deviation))
  }

  func uniform(_ count: Int, in range: ClosedRange<Float> = 0...1) -> BufferSlice {
    floats(generator.uniforms(count, in: range))
  }

  /// Small integers, so that ties are common and sums of products are exact.
  func whole(_ count: Int, in range: Range<Int>) -> BufferSlice {
    floats(generator.integers(count, in: range).map { Float($0) })
  }

  func labels(_ count: Int, in range: Range<Int>) -> BufferSlice {
    integers(generator.integers(count, in: range))
  }

  // MARK: Outputs

  /// An output without defined contents.
  func output(_ name: String, _ count: Int, _ closeness: Closeness) -> BufferSlice {
    output(name, initially: [Float](repeating: .nan, count: count), closeness)
  }

  /// An output that the operation changes.
  func output(_ name: String, initially values: [Float], _ closeness: Closeness) -> BufferSlice {
    let slice = surrounded(values, by: Self.guardValue)
    records.append(Record(name: name, slice: slice, closeness: closeness, isInteger: false))
    return slice
  }

  /// An output of normal numbers that the operation changes.
  func output(_ name: String, normal count: Int, _ closeness: Closeness) -> BufferSlice {
    output(name, initially: generator.normals(count), closeness)
  }

  /// An Int32 output.
  func integerOutput(_ name: String, _ count: Int) -> BufferSlice {
    let slice = surrounded(
      [Int32](repeating: -1, count: count), by: Int32(bitPattern: Self.guardValue.bitPattern))
    records.append(Record(name: name, slice: slice, closeness: .exact, isInteger: true))
    return slice
  }

  /// Adds what a buffer holds now to the outputs.
  func record(_ name: String, _ slice: BufferSlice, _ closeness: Closeness) {
    let copy = output(name, slice.count, closeness)
    backend.copy(slice, into: copy)
  }

  func outputs() throws -> [CaseOutput] {
    try records.map { record in
      let slice = record.slice
      let before = BufferSlice(buffer: slice.buffer, offset: 0, count: slice.offset)
      let after = BufferSlice(
        buffer: slice.buffer, offset: slice.offset + slice.count, count: Self.margin)
      let overran = try [before, after].contains { margin in
        if record.isInteger {
          return try backend.downloadInt32(margin).contains {
            $0 != Int32(bitPattern: Self.guardValue.bitPattern)
          }
        }
        return try backend.downloadFloats(margin).contains { $0 != Self.guardValue }
      }
      return CaseOutput(
        name: record.name, values: try values(record), closeness: record.closeness,
        overran: overran)
    }
  }

  private func values(_ record: Record) throws -> [Double] {
    if record.isInteger { return try backend.downloadInt32(record.slice).map { Double($0) } }
    if let reference = backend as? ReferenceBackend { return reference.doubles(record.slice) }
    return try backend.downloadFloats(record.slice).map { Double($0) }
  }

  private func surrounded<Element: BitwiseCopyable>(
    _ values: [Element], by edge: Element
  ) -> BufferSlice {
    let margin = [Element](repeating: edge, count: Self.margin)
    let all = margin + values + margin
    let buffer = backend.makeBuffer(count: all.count)
    backend.upload(all, to: buffer[all.count])
    return BufferSlice(buffer: buffer, offset: Self.margin, count: values.count)
  }
}
