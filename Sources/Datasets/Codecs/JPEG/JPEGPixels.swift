import CImageFiles

/// The decoded pixels of a JPEG file: gray, RGB, or CMYK as it is stored.
struct JPEGPixels {
  let shape: ImageShape
  /// `[H, W, components]`.
  let values: [UInt8]
  let componentCount: Int

  init(_ bytes: [UInt8], frame: JPEGFrame, allowsTruncation: Bool) throws {
    shape = frame.shape
    componentCount = frame.components.count
    let count = shape.height * shape.width * componentCount
    let (shape, channels) = (shape, Int32(componentCount))
    values = try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try ImageFailure.check(JPEG.name) { message in
        elixirReadJPEG(
          bytes, bytes.count, allowsTruncation, buffer.baseAddress, Int32(shape.width),
          Int32(shape.height), channels, message)
      }
      filled = count
    }
  }

  func image() -> RasterImage {
    guard componentCount == 4 else { return RasterImage(shape: shape, pixels: values) }
    let pixels = (0..<shape.byteCount).map { index in
      let start = index / 3 * 4
      return Self.color(values[start + index % 3], values[start + 3])
    }
    return RasterImage(shape: shape, pixels: pixels)
  }

  /// Red of stored cyan and black, and so on: round(c·k/255).
  static func color(_ ink: UInt8, _ black: UInt8) -> UInt8 {
    UInt8((Int(ink) * Int(black) + 127) / 255)
  }
}
