/// A change of an image: what is added to each 8-bit value, `[H, W, C]` of the decoded image.
public struct PixelChange: Equatable, Sendable {
  public let shape: ImageShape
  public let values: [Int16]

  public init(shape: ImageShape, values: [Int16]) {
    precondition(
      values.count == shape.byteCount, "PixelChange: \(values.count) values for \(shape)")
    self.shape = shape
    self.values = values
  }

  /// The change from one image to another of the same shape.
  public init(from old: RasterImage, to new: RasterImage) {
    precondition(old.shape == new.shape, "PixelChange: \(old.shape) and \(new.shape)")
    self.init(
      shape: old.shape, values: zip(old.pixels, new.pixels).map { Int16($1) - Int16($0) })
  }

  /// The changed image, clipped to 0...255; a gray image that gets color has 3 channels.
  ///
  /// - Throws: `ImageFailure` if the image has another size.
  public func applied(to image: RasterImage) throws -> RasterImage {
    try requireSize(image.shape)
    var result = isGray ? image : image.converted(toChannels: 3)
    let change = converted(toChannels: result.shape.channels)
    for index in result.pixels.indices {
      result.pixels[index] = Self.clip(Int(result.pixels[index]) + Int(change.values[index]))
    }
    return result
  }

  /// A value that is stored in 8 bits.
  static func clip(_ value: Int) -> UInt8 { UInt8(min(max(value, 0), 255)) }

  /// The same change for 1 or 3 channels: repeated, or the luma of ITU-R BT.601.
  public func converted(toChannels channels: Int) -> PixelChange {
    if channels == shape.channels { return self }
    let target = ImageShape(height: shape.height, width: shape.width, channels: channels)
    if channels == 3 {
      return PixelChange(shape: target, values: values.flatMap { [$0, $0, $0] })
    }
    let luma = stride(from: 0, to: values.count, by: 3).map { start in
      let red = 0.299 * Float(values[start])
      let green = 0.587 * Float(values[start + 1])
      let blue = 0.114 * Float(values[start + 2])
      return Int16((red + green + blue).rounded())
    }
    return PixelChange(shape: target, values: luma)
  }

  /// Whether it changes all channels of each pixel by the same amount.
  public var isGray: Bool {
    shape.channels == 1
      || stride(from: 0, to: values.count, by: 3).allSatisfy { start in
        let red = values[start]
        return values[start + 1] == red && values[start + 2] == red
      }
  }

  func requireSize(_ other: ImageShape) throws {
    guard shape.height == other.height, shape.width == other.width else {
      throw ImageFailure(
        reason: "it is \(other.width)×\(other.height), but \(shape.width)×\(shape.height) before")
    }
  }
}
