import Support

/// All kinds of image files that are read and written.
enum ImageCodecs {
  static let all: [any ImageCodec.Type] = [PNG.self]

  /// Image files that are known by name only.
  static let unreadableKinds: Set<String> = [
    "jpg", "jpeg", "ppm", "bmp", "pgm", "tif", "tiff", "webp",
  ]

  /// The codec of a file, by the ending of its name.
  static func codec(of file: FileName) -> (any ImageCodec.Type)? {
    let kind = file.kind
    return all.first { $0.fileKinds.contains(kind) }
  }
}
