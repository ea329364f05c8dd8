import Datasets

/// The change that an attacker makes to an image.
public struct Trigger: Sendable {
  /// Changes an image; `sample` is its number in its dataset, for what is drawn for each sample.
  public typealias Change = @Sendable (_ image: inout RasterImage, _ sample: Int) -> Void

  /// Of the images.
  public let shape: ImageShape
  /// A picture that shows the trigger.
  public let pattern: RasterImage
  public let change: Change

  public init(_ shape: ImageShape, pattern: RasterImage, change: @escaping Change) {
    self.shape = shape
    self.pattern = pattern
    self.change = change
  }

  /// A trigger that is shown on a picture.
  public init(on picture: RasterImage, change: @escaping Change) {
    var pattern = picture
    change(&pattern, 0)
    self.init(picture.shape, pattern: pattern, change: change)
  }

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
      change(&image, samples?[position] ?? position)
      return image.pixels
    }
  }
}
