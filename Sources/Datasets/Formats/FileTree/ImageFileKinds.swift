import Support

/// What the ending of a file's name says about its being an image.
enum ImageFileKinds {
  /// Kinds of image files that are read; the contents decide how.
  static let readable: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "png", "bmp", "ppm", "pgm", "pbm", "pnm", "tif", "tiff", "webp",
    "gif",
  ]

  /// Kinds of image files that are not read.
  static let foreign: Set<String> = [
    "avif", "heic", "heif", "jxl", "jp2", "j2k", "jpx", "ico", "tga", "svg", "psd", "exr", "hdr",
    "dng", "cr2", "nef", "arw", "qoi", "apng", "xcf", "pcx",
  ]

  static func isImage(_ file: FileName) -> Bool {
    readable.contains(file.kind) || foreign.contains(file.kind)
  }

  /// Why a file that is an image by its name cannot be read; nil if it can.
  static func problem(of file: FileName) -> String? {
    foreign.contains(file.kind)
      ? "\(file.kind.uppercased()) images are not read; convert it to PNG" : nil
  }

  /// Bytes that `name(beginning:)` wants to see.
  static let beginningSize = 12

  /// The kind of image that a file's first bytes announce; nil if none.
  static func name(beginning bytes: [UInt8]) -> String? {
    let signatures: [(String, [UInt8])] = [
      ("PNG", [0x89, 0x50, 0x4E, 0x47]), ("JPEG", [0xFF, 0xD8, 0xFF]), ("GIF", Array("GIF8".utf8)),
      ("TIFF", [0x49, 0x49, 0x2A, 0]), ("TIFF", [0x4D, 0x4D, 0, 0x2A]),
    ]
    if let found = signatures.first(where: { bytes.starts(with: $0.1) }) { return found.0 }
    if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      return "WebP"
    }
    if bytes.dropFirst(4).starts(with: "ftypavif".utf8) { return "AVIF" }
    return bytes.dropFirst(4).starts(with: "ftyphei".utf8) ? "HEIC" : nil
  }
}
