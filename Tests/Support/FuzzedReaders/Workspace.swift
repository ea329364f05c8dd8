import Foundation
import Support

/// A folder in memory for the files of one input, for one thread at a time.
public final class Workspace: Sendable {
  private let root: FileName
  /// Between the files of an input that has several.
  private static let separator: [UInt8] = Array("\n==8<==\n".utf8)

  public init() throws {
    let memory = "/dev/shm"
    let base = Directory.kind(FileName(memory)) == .directory ? memory : NSTemporaryDirectory()
    root = FileName("\(base)/elixir-fuzzing-\(UUID().uuidString)")
    try Directory.make(root, mode: 0o700)
  }

  deinit { Directory.delete(root) }

  /// An empty folder.
  func empty() throws -> String {
    let folder = root / FileName("files")
    Directory.delete(folder)
    Directory.delete(root / FileName("copy"))
    try Directory.make(folder)
    return folder.systemPath
  }

  /// Where a copy of a dataset may be written.
  var copy: String { (root / FileName("copy")).systemPath }

  /// A folder with the input as files of these names; files that the input has no more of are
  /// missing.
  func files(_ names: [String], of input: [UInt8]) throws -> String {
    let folder = try empty()
    for (name, bytes) in zip(names, Self.parts(input, atMost: names.count)) {
      try RandomAccessFile.write(Array(bytes), to: FileName(folder) / FileName(name))
    }
    return folder
  }

  private static func parts(_ input: [UInt8], atMost count: Int) -> [ArraySlice<UInt8>] {
    var (parts, rest) = ([] as [ArraySlice<UInt8>], input[...])
    while parts.count + 1 < count, let place = rest.firstRange(of: separator) {
      parts.append(rest[..<place.lowerBound])
      rest = rest[place.upperBound...]
    }
    return parts + [rest]
  }
}
