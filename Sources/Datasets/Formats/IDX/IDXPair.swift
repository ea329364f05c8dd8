import Foundation
import Support

/// The two files of an IDX dataset: `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte`, perhaps
/// with other types of numbers, and perhaps compressed (`.gz`).
struct IDXPair: Sendable, Equatable {
  let images: FileName
  let labels: FileName

  /// A name of such a file: `train`, `images`, `-idx3-ubyte.gz`.
  private struct Parts {
    let prefix: [UInt8]
    let word: String
    let rest: String

    init?(_ name: FileName) {
      for word in ["images", "labels"] {
        guard let start = Self.last(Array(word.utf8), in: name.bytes) else { continue }
        prefix = Array(name.bytes[..<start])
        self.word = word
        rest = String(decoding: name.bytes[(start + word.utf8.count)...], as: UTF8.self)
        guard let mark = rest.range(of: "idx"), let digit = rest[mark.upperBound...].first,
          (word == "images" ? "34" : "12").contains(digit)
        else { return nil }
        return
      }
      return nil
    }

    private static func last(_ word: [UInt8], in name: [UInt8]) -> Int? {
      guard name.count >= word.count else { return nil }
      return (0...name.count - word.count).last { name[$0...].starts(with: word) }
    }
  }

  /// What both names begin with, without what joins it to the rest; `t10k` is the test set.
  var key: FileName {
    let prefix = Parts(images.lastComponent)?.prefix ?? []
    let joints = Set("-._".utf8)
    let key = FileName(bytes: Array(prefix.reversed().drop { joints.contains($0) }.reversed()))
    return key == FileName("t10k") ? FileName("test") : key
  }

  static func isImages(_ name: FileName) -> Bool { Parts(name)?.word == "images" }
  static func isPart(_ name: FileName) -> Bool { Parts(name) != nil }

  /// From either file's path or what both begin with; `nil` if the path is neither.
  init?(_ path: FileName) {
    let folder = path.parent
    let entries = Self.names(in: folder)
    let named = path.lastComponent
    let found: FileName?
    if let parts = Parts(named) {
      found =
        parts.word == "images"
        ? named
        : entries.first { Parts($0)?.prefix == parts.prefix && Self.isImages($0) }
          ?? FileName(
            bytes: parts.prefix
              + Array(
                "images\(parts.rest.replacingOccurrences(of: "idx1", with: "idx3"))".utf8))
    } else {
      found = entries.first {
        guard let parts = Parts($0), parts.word == "images" else { return false }
        return parts.prefix == named.bytes + [UInt8(ascii: "-")]
      }
    }
    guard let found, let parts = Parts(found) else { return nil }
    func inside(_ name: FileName) -> FileName {
      path.bytes.contains(UInt8(ascii: "/")) ? folder / name : name
    }
    images = inside(found)
    let usual = FileName(
      bytes: parts.prefix
        + Array(
          "labels\(parts.rest.replacingOccurrences(of: "idx3", with: "idx1"))"
            .replacingOccurrences(of: "idx4", with: "idx1").utf8))
    let others = entries.filter {
      Parts($0)?.prefix == parts.prefix && Parts($0)?.word == "labels"
    }
    labels = inside(others.contains(usual) ? usual : others.first ?? usual)
  }

  /// The names in a folder, without compressed files that lie there unpacked, too.
  static func names(in folder: FileName) -> [FileName] {
    let entries = (try? Directory.entries(folder)) ?? []
    let plain = Set(entries)
    return entries.filter {
      $0.kind != "gz" || !plain.contains(FileName(bytes: $0.bytes.dropLast(3)))
    }
  }
}
