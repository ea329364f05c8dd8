extension RasterImage {
  /// The picture at another size, see `Resampling`.
  public func resized(height: Int, width: Int) -> RasterImage {
    precondition(height > 0 && width > 0, "resized: \(shape) to \(width)×\(height)")
    if height == shape.height && width == shape.width { return self }
    let values = Resampling.image(
      pixels.map { Float($0) }, from: shape, height: height, width: width)
    return RasterImage(
      shape: ImageShape(height: height, width: width, channels: shape.channels),
      pixels: values.map { UInt8(min(max($0.rounded(), 0), 255)) })
  }
}
