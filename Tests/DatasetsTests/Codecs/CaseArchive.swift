import Foundation
import Support
import TestSupport

/// Files of `../shared/cases/cases.tar`.
enum CaseArchive {
  static let path = Fixtures.shared.appendingPathComponent("cases/cases.tar").path
  static var isPresent: Bool { FileManager.default.fileExists(atPath: path) }

  /// The plain files below a folder of the archive, sorted by their names' bytes.
  static func files(below folder: String) throws -> [(name: String, bytes: [UInt8])] {
    let file = try RandomAccessFile(path)
    var files: [(name: String, bytes: [UInt8])] = []
    var position = 0
    while position + 512 <= file.size {
      let header = try file.bytes(at: position, count: 512)
      let name = String(decoding: header[..<100].prefix { $0 != 0 }, as: UTF8.self)
      let size = Int(String(decoding: header[124..<135], as: UTF8.self), radix: 8) ?? 0
      if header[156] == 0x30, name.hasPrefix(folder) {
        files.append((name, try file.bytes(at: position + 512, count: size)))
      }
      position += 512 + (size + 511) / 512 * 512
    }
    return files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
