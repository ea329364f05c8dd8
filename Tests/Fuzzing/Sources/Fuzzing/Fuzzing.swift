import CLibFuzzer
import Foundation
import FuzzedReaders

/// `Fuzzing --reader=NAME CORPUS…`, with libFuzzer's options, or `Fuzzing --seeds=FOLDER`.
@main
enum Fuzzing {
  /// Set before the first input, and not after.
  nonisolated(unsafe) fileprivate static var chosen: (reader: Reader, folder: Workspace)?

  /// libFuzzer ignores what begins with two dashes.
  private static func value(of option: String) -> Substring? {
    CommandLine.arguments.first { $0.hasPrefix(option) }?.dropFirst(option.count)
  }

  static func main() throws {
    if let folder = value(of: "--seeds=") { return try writeSeeds(String(folder)) }
    let name = value(of: "--reader=")
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

extension Fuzzing {
  /// Writes what only the program itself can make.
  private static func writeSeeds(_ folder: String) throws {
    let workspace = try Workspace()
    for reader in Reader.all {
      guard let seed = try reader.seed?(workspace) else { continue }
      let place = URL(fileURLWithPath: folder).appendingPathComponent(reader.name)
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(seed).write(to: place.appendingPathComponent("made"))
    }
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
