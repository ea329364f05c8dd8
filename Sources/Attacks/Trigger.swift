import ComputeBackend
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
  /// What makes the change instead, on a device.
  private let learned: LearnedTrigger?

  public init(_ shape: ImageShape, pattern: RasterImage, change: @escaping Change) {
    self.shape = shape
    self.pattern = pattern
    self.change = change
    learned = nil
  }

  /// A trigger that is shown on a picture.
  public init(on picture: RasterImage, change: @escaping Change) {
    var pattern = picture
    change(&pattern, 0)
    self.init(picture.shape, pattern: pattern, change: change)
  }

  /// A trigger that a network makes.
  ///
  /// - Parameter pattern: of the images' shape.
  init(learned: LearnedTrigger, pattern: RasterImage) {
    shape = pattern.shape
    self.pattern = pattern
    self.learned = learned
    change = { _, _ in preconditionFailure("Trigger: a network makes the change, on a device") }
  }

  /// Images `[N, H, W, C]` with the trigger, which no network makes.
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

  /// Images `[N, H, W, C]` with any trigger.
  ///
  /// - Throws: `CheckpointError` if a network makes it whose file is damaged.
  public func applied(
    to images: [UInt8], samples: [Int], on backend: any ComputeBackend
  ) throws -> [UInt8] {
    guard let learned else { return applied(to: images, samples: samples) }
    return try learned.network(on: backend).triggered(images, shape: shape)
  }
}
