import Datasets
import Foundation
import Support
import TestSupport

/// A folder of image files in `../shared/formats/datasets`, with what Pillow makes of them.
struct FixtureImages: Decodable {
  struct Picture: Decodable {
    let width: Int?
    let height: Int?
    let sha256: String
  }

  struct Sample: Decodable {
    let key: String
    let width: Int?
    let height: Int?
    let sha256: String?
    let orientation: Int?
    let upright: Picture?
    let error: String?
    let if_truncated_allowed: Picture?
    /// Of 16-bit gray, by the high byte.
    let high_byte: Picture?

    /// Hash of the image as stored, of 16-bit gray by the high byte, for which NumPy's v >> 8 gave
    /// the TIFF file's.
    var stored: String? {
      key == "tiff/gray16.tif"
        ? "047c02da56dbf4fc630cdce5ccc24eab5d45fb3b49f6fae3a9f04034148c85de"
        : high_byte?.sha256 ?? sha256
    }
  }

  let samples: [Sample]
  let gif: [Sample]?

  static let root = Fixtures.shared.appendingPathComponent("formats/datasets")
  static var arePresent: Bool { FileManager.default.fileExists(atPath: root.path) }

  static func load(_ folder: String) throws -> FixtureImages {
    try JSONDecoder().decode(
      Self.self, from: Data(contentsOf: root.appendingPathComponent("\(folder)/expected.json")))
  }

  static func bytes(_ folder: String, _ key: String) throws -> [UInt8] {
    try RandomAccessFile.contents(root.path + "/\(folder)/train/\(key)")
  }
}

extension RasterImage {
  /// Hash of the RGB bytes.
  var colorHash: String { SHA256.hexDigest(converted(toChannels: 3).pixels) }
}
