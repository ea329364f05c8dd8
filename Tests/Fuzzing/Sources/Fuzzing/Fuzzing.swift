import CLibFuzzer
import Foundation

/// `Fuzzing --reader=NAME CORPUS…`, with libFuzzer's options.
@main
enum Fuzzing {
  /// Set before the first input, and not after.
  nonisolated(unsafe) fileprivate static var chosen: (reader: Reader, folder: Workspace)?

  /// libFuzzer ignores what begins with two dashes.
  private static let option = "--reader="

  static func main() throws {
    let name = CommandLine.arguments.first { $0.hasPrefix(option) }?.dropFirst(option.count)
    guard let reader = Reader.all.first(where: { $0.name == name ?? "" }) else {
      print("usage: Fuzzing --reader=NAME CORPUS…, NAME one of:")
      for reader in Reader.all { print(reader.name) }
      exit(name == nil ? 0 : 2)
    }
    chosen = (reader, try Workspace())
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments) { testOneInput($0, $1) })
  }
}

/// Reads one input.
///
/// An error is the right answer to most of them, and must have a text; a crash, a hang or memory
/// beyond libFuzzer's limit is a finding. libFuzzer's own `main`, which is not used, wants it under
/// this name.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let (reader, folder) = Fuzzing.chosen else { preconditionFailure("called before main") }
  do {
    try reader.read(Array(UnsafeBufferPointer(start: start, count: count)), folder)
  } catch {
    precondition(!"\(error)".isEmpty, "\(type(of: error)) says nothing")
  }
  return 0
}
