import Foundation
import Synchronization

/// What libFuzzer calls: once at the start, then with each input.
private let chosen = Mutex<(reader: Reader, folder: Workspace)?>(nil)

/// Takes `--reader=NAME` from the arguments; libFuzzer ignores what begins with two dashes.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<Int32>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>>>
) -> Int32 {
  let option = "--reader="
  let name = (0..<Int(count.pointee)).lazy.map { String(cString: arguments.pointee[$0]) }
    .first { $0.hasPrefix(option) }?.dropFirst(option.count)
  guard let reader = Reader.all.first(where: { $0.name == name ?? "" }) else {
    print("usage: Fuzzing --reader=NAME CORPUS…, NAME one of:")
    for reader in Reader.all { print(reader.name) }
    exit(name == nil ? 0 : 2)
  }
  do {
    let folder = try Workspace()
    chosen.withLock { $0 = (reader, folder) }
  } catch {
    print("no folder for files: \(error)")
    exit(2)
  }
  return 0
}

/// Reads one input. An error is the right answer to most of them, and must have a text; a crash, a
/// hang or memory beyond libFuzzer's limit is a finding.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let (reader, folder) = chosen.withLock({ $0 }) else { exit(2) }
  do {
    try reader.read(Array(UnsafeBufferPointer(start: start, count: count)), folder)
  } catch {
    precondition(!"\(error)".isEmpty, "\(type(of: error)) says nothing")
  }
  return 0
}
