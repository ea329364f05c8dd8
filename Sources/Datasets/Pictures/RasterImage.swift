/// An image in memory: bytes `[H, W, C]`.
public struct RasterImage: Hashable, Sendable {
  public let shape: ImageShape
  public var pixels: [UInt8]

  public init(shape: ImageShape, pixels: [UInt8]) {
    precondition(
      pixels.count == shape.byteCount,
      "RasterImage: \(pixels.count) bytes for \(shape)")
    self.shape = shape
    self.pixels = pixels
  }

  /// An image filled with one gray value.
  public init(shape: ImageShape, filledWith value: UInt8) {
    self.init(shape: shape, pixels: [UInt8](repeating: value, count: shape.byteCount))
  }

  public subscript(y: Int, x: Int, channel: Int) -> UInt8 {
    get { pixels[(y * shape.width + x) * shape.channels + channel] }
    set { pixels[(y * shape.width + x) * shape.channels + channel] = newValue }
  }

  /// The same picture with 1 or 3 channels: gray repeated, or luma of ITU-R BT.601.
  public func converted(toChannels channels: Int) -> RasterImage {
    if channels == shape.channels { return self }
    precondition(
      channels == 3 || channels == 1, "RasterImage: \(shape) cannot have \(channels) channels")
    let target = ImageShape(height: shape.height, width: shape.width, channels: channels)
    if channels == 3 {
      return RasterImage(shape: target, pixels: pixels.flatMap { [$0, $0, $0] })
    }
    let luma = stride(from: 0, to: pixels.count, by: 3).map { start in
      let red = 299 * Int(pixels[start])
      let green = 587 * Int(pixels[start + 1])
      let blue = 114 * Int(pixels[start + 2])
      return UInt8((red + green + blue + 500) / 1000)
    }
    return RasterImage(shape: target, pixels: luma)
  }
}
