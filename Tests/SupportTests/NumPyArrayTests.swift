import Foundation
import Support
import TestSupport
import Testing

@Suite struct NumPyArrayTests {
  /// A file as numpy.save 2.4.6 writes it.
  private func file(_ header: String, _ body: [UInt8], version: UInt8 = 1) -> [UInt8] {
    let length =
      version == 1 ? [UInt8(header.utf8.count), 0] : [UInt8(header.utf8.count), 0, 0, 0]
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + body
  }

  private func header(_ type: String, _ shape: String, fortran: String = "False") -> String {
    "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': (\(shape)), }    \n"
  }

  private func read(_ bytes: [UInt8]) throws -> NumPyArray {
    let folder = try TemporaryFolder()
    try folder.write(bytes, to: "a.npy")
    return try NumPyArray(contentsOf: folder.path + "/a.npy")
  }

  @Test func readsNumbersOfThreeTypes() throws {
    // np.arange(3, dtype=np.float32).reshape(1, 3) / 10
    let floats: [UInt8] = [0, 0, 0, 0, 205, 204, 204, 61, 205, 204, 76, 62]
    for version in [UInt8(1), 2] {
      let array = try read(file(header("<f4", "1, 3"), floats, version: version))
      #expect(array.shape == [1, 3] && array.values == [0, 0.1, 0.2])
      #expect(array.element == .float32)
    }
    let bytes = try read(file(header("|u1", "2, 2"), [0, 51, 7, 255]))
    #expect(bytes.shape == [2, 2] && bytes.values == [0, 51, 7, 255] && bytes.element == .uint8)
    // np.array([1.5, -2])
    let doubles: [UInt8] = [0, 0, 0, 0, 0, 0, 248, 63, 0, 0, 0, 0, 0, 0, 0, 192]
    #expect(try read(file(header("<f8", "2,"), doubles)).values == [1.5, -2])
  }

  @Test func whatIsWrittenIsRead() throws {
    let array = NumPyArray(shape: [2, 1, 3], values: [0, -1.5, .nan, .infinity, 1e-30, 7])
    let bytes = array.fileBytes
    // numpy requires that values begin at a multiple of 64.
    #expect((bytes.count - 24).isMultiple(of: 64))
    let again = try read(bytes)
    #expect(again.shape == array.shape)
    #expect(again.values.map(\.bitPattern) == array.values.map(\.bitPattern))
  }

  /// What each file is, and what the error must say.
  @Test func damagedFilesAreNamed() throws {
    let good = header("|u1", "2, 2")
    for (bytes, reason) in [
      (Array("PK nonsense".utf8), "it is no .npy file"), ([], "it is no .npy file"),
      (Array(file(good, []).prefix(40)), "it is cut short"),
      (file(good, [1, 2, 3]), "it has 3 bytes for the shape (2, 2) of |u1"),
      (file(good, [1, 2, 3, 4, 5]), "it has 5 bytes"),
      (file(header("<i8", "1,"), [0, 0, 0, 0, 0, 0, 0, 0]), "its numbers are of the type <i8"),
      (file(header("|u1", "2, 2", fortran: "True"), [1, 2, 3, 4]), "column-major"),
      (file(header("|u1", "-2, -2"), [1, 2, 3, 4]), "its shape is (-2, -2)"),
      (
        file(header("<f8", "4611686018427387904, 4"), [1, 2, 3, 4]),
        "its shape is (4611686018427387904, 4)"
      ),
      (file(header("<f8", "2305843009213693952"), []), "it has 0 bytes"),
      (file("{'fortran_order': False}\n", [1]), "its header has no type or shape"),
    ] {
      let error = #expect(throws: FileError.self) { try read(bytes) }
      #expect(try #require(error).description.contains(reason), "\(reason)")
    }
  }
}
