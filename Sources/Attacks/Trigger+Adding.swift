import Datasets

extension Trigger {
  /// A pattern P that is added to images: x′ = x + P, rounded and clipped; shown on gray.
  ///
  /// - Parameter pattern: in gray levels, `[H, W, C]`.
  static func adding(_ pattern: [Float], for shape: ImageShape) -> Trigger {
    precondition(
      pattern.count == shape.byteCount, "Trigger.adding: \(pattern.count) values for \(shape)")
    return Trigger(on: RasterImage(shape: shape, filledWith: 128)) { image, _ in
      for (index, value) in pattern.enumerated() {
        let sum = Float(image.pixels[index]) + value
        image.pixels[index] = UInt8(min(max(sum.rounded(), 0), 255))
      }
    }
  }
}
