import Support

/// Image files by the endings of their names.
extension ImageCodecs {
  /// Image files that are known by name only.
  static let unreadableKinds: Set<String> = [
    "jpg", "jpeg", "ppm", "bmp", "pgm", "tif", "tiff", "webp",
  ]

  /// The codec of a file, by the ending of its name.
  static func codec(of file: FileName) -> PNG.Type? {
    PNG.fileKinds.contains(file.kind) ? PNG.self : nil
  }
}
