import Foundation
import Pickles
import Support
import TestSupport
import Testing

/// Pickles that would run programs, or use up the memory.
struct HostilePickleTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var pickle: [UInt8]
    var reason: String
    var testDescription: String { reason }

    init(_ text: String, _ reason: String) {
      pickle = Array(text.utf8)
      self.reason = reason
    }

    init(bytes: [UInt8], _ reason: String) {
      pickle = bytes
      self.reason = reason
    }
  }

  @Test(arguments: [
    Case("cposix\nsystem\n(S'touch /tmp/PWNED'\ntR.", "names posix.system"),
    Case("(S'touch /tmp/PWNED'\niposix\nsystem\n.", "inst makes posix.system"),
    Case("(cposix\nsystem\nS'x'\no.", "names posix.system"),
    Case("c__builtin__\neval\n.", "names __builtin__.eval"),
    Case("cnumpy.testing._private.utils\nrunstring\n.", "names numpy.testing._private.utils.run"),
    Case("(I1\no.", "instruction obj"),
    Case("I1\n\u{32}.", "STOP at byte 4 with 2 values"),
    Case("R.", "too few values"),
    Case("N", "ends without STOP"),
    Case("g5\n.", "recalls memo 5"),
    Case("}I1\nI2\nu.", "lacks its mark"),
    Case("]I1\na(I1\nI2\nI3\nd.", "a key that has no value"),
    Case("I1\nI2\na.", "adds to what is no container"),
    Case("!", "byte 0 is 33"),
    Case(bytes: [0x80, 6, 0x4E, 0x2E], "protocol 6"),
    Case(bytes: [0x8B, 0xFF, 0xFF, 0xFF, 0x7F, 0x2E], "claims 2147483647 bytes where 1 are left"),
    Case(bytes: [0x8D] + [0, 0, 0, 0, 0, 0, 0, 0x80], "the number 9223372036854775808"),
    Case(bytes: [0x95] + [0, 0, 0, 0, 0, 0, 0, 0x40, 0x4E, 0x2E], "where 2 are left"),
    Case(bytes: [0x58, 1, 0, 0, 0, 0xFF, 0x2E], "not UTF-8"),
    Case(
      bytes: [UInt8](repeating: 0x5D, count: 1000) + [UInt8](repeating: 0x61, count: 999) + [0x2E],
      "nested deeper than 128"),
    // A list that holds itself.
    Case("]p0\ng0\na.", "within itself"),
    // 60 lists, each holding the one before twice.
    Case(
      String(repeating: "(", count: 60) + "]" + String(repeating: "2l", count: 60) + ".",
      "more than 33554432 values"),
    Case(
      "cnumpy.core.multiarray\n_reconstruct\n(tR(I1\n(I2\ntcnumpy\ndtype\n(S'O8'\ntRI0\n(ltb.",
      "the type 'O8', which is not numbers"),
    Case(
      "cnumpy.core.multiarray\n_reconstruct\n(tR(I1\n(I2\ntcnumpy\ndtype\n"
        + "(S'u1'\ntRI0\nS'abc'\ntb.",
      "shape [2] and type |u1 with 3 bytes"),
  ])
  func isRefused(_ item: Case) {
    let error = #expect(throws: PickleError.self) {
      try Pickle.read(item.pickle, path: "evil.pkl")
    }
    #expect(error?.description.contains(item.reason) == true, "\(error?.description ?? "")")
    #expect(error?.description.hasPrefix("evil.pkl: ") == true)
    #expect(!FileManager.default.fileExists(atPath: "/tmp/PWNED"))
  }

  /// The memo is no array: an index of 32 bits costs nothing.
  @Test func aHighMemoIndexIsOnlyANumber() throws {
    let pickle: [UInt8] = [0x4B, 7, 0x72, 255, 255, 255, 255, 0x6A, 255, 255, 255, 255, 0x86, 0x2E]
    #expect(try Pickle.read(pickle, path: "p").value.integers == [7, 7])
  }

  @Test func allowedNamesBecomeDataAndAreNotCalled() throws {
    let name = PickleName("posix", "system")
    let (value, _) = try Pickle.read(
      Array("cposix\nsystem\n(S'touch /tmp/PWNED'\ntR.".utf8), path: "p", allowing: [name])
    guard case .call(name, let arguments, .none) = value else {
      Issue.record("\(value)")
      return
    }
    #expect(arguments.map(\.string) == ["touch /tmp/PWNED"])
    #expect(!FileManager.default.fileExists(atPath: "/tmp/PWNED"))
  }

  @Test(.requiresFixtures, arguments: ["13-hidden-in-dataset-batch", "14-ndarray-object.pkl"])
  func hostileFileIsRefused(name: String) {
    let path = Fixtures.shared.appendingPathComponent("formats/checkpoints/hostile/\(name)").path
    #expect(throws: PickleError.self) { try Pickle.read(FileName(path)) }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/PWNED"))
  }
}
