extension RasterImage {
  /// The change from this image to another one made visible: 128 + 8·(b − a), clipped.
  public func change(to other: RasterImage) -> RasterImage {
    precondition(shape == other.shape, "RasterImage.change: \(shape) and \(other.shape)")
    let bytes = zip(pixels, other.pixels).map { before, after in
      UInt8(min(max(128 + 8 * (Int(after) - Int(before)), 0), 255))
    }
    return RasterImage(shape: shape, pixels: bytes)
  }
}
