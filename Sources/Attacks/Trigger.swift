import Datasets

/// The change that an attacker makes to an image.
public protocol Trigger: Sendable {
  /// Of the images.
  var shape: ImageShape { get }
  /// A picture that shows the trigger.
  var pattern: RasterImage { get }
  /// Changes one image of `shape`.
  ///
  /// - Parameter sample: its number in its dataset, for what is drawn for each sample.
  func apply(to image: inout RasterImage, sample: Int)
}

extension Trigger {
  /// Images `[N, H, W, C]` with the trigger.
  ///
  /// - Parameter samples: their numbers; `nil` for 0 ..< N.
  public func applied(to images: [UInt8], samples: [Int]? = nil) -> [UInt8] {
    let size = shape.byteCount
    let count = images.count / size
    precondition(
      images.count == count * size && samples.map { $0.count == count } ?? true,
      "Trigger.applied: \(images.count) bytes for images of \(shape)")
    return (0..<count).flatMap { position in
      var image = RasterImage(
        shape: shape, pixels: Array(images[position * size..<(position + 1) * size]))
      apply(to: &image, sample: samples?[position] ?? position)
      return image.pixels
    }
  }
}
