/// How an image of any size is seen by networks that want another, and how what they change gets
/// back into it.
///
/// The aspect is kept: the longer side fills the frame, the image is in the middle, and its edges
/// are repeated outward. Nothing is cropped, since a trigger may lie at the border.
struct Framing: Sendable {
  /// The image's own shape.
  let own: ImageShape
  /// The frame's.
  let seen: ImageShape
  /// Sizes of the image in the frame, and where it begins.
  private let height: Int
  private let width: Int
  private let top: Int
  private let left: Int

  init(_ own: ImageShape, in seen: ImageShape) {
    self.own = own
    self.seen = seen
    let scale = min(
      Double(seen.height) / Double(own.height), Double(seen.width) / Double(own.width))
    height = min(max(Int((Double(own.height) * scale).rounded()), 1), seen.height)
    width = min(max(Int((Double(own.width) * scale).rounded()), 1), seen.width)
    top = (seen.height - height) / 2
    left = (seen.width - width) / 2
  }

  private var isIdentity: Bool { own.height == seen.height && own.width == seen.width }

  /// An image of the own shape in the frame.
  func show(_ image: RasterImage) -> RasterImage {
    let image = image.converted(toChannels: seen.channels)
    if isIdentity { return image }
    let small = image.resized(height: height, width: width)
    if height == seen.height && width == seen.width { return small }
    var framed = RasterImage(shape: seen, filledWith: 0)
    for y in 0..<seen.height {
      for x in 0..<seen.width {
        let (row, column) = (min(max(y - top, 0), height - 1), min(max(x - left, 0), width - 1))
        for channel in 0..<seen.channels {
          framed[y, x, channel] = small[row, column, channel]
        }
      }
    }
    return framed
  }

  /// The image of the own shape and channels that a changed frame stands for: what changed in the
  /// frame, resized and added, so that the rest keeps its detail.
  func apply(_ changed: RasterImage, to image: RasterImage) -> RasterImage {
    precondition(changed.shape == seen, "Framing: \(changed.shape) in a frame of \(seen)")
    if isIdentity { return changed.converted(toChannels: image.shape.channels) }
    let before = show(image)
    var inner = ImageShape(height: height, width: width, channels: seen.channels)
    var change: [Float] = []
    change.reserveCapacity(inner.byteCount)
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<seen.channels {
          change.append(
            Float(changed[top + y, left + x, channel])
              - Float(before[top + y, left + x, channel]))
        }
      }
    }
    if image.shape.channels < inner.channels {
      change = Self.luma(of: change)
      inner.channels = 1
    }
    let large = Resampling.image(change, from: inner, height: own.height, width: own.width)
    let pixels = image.pixels.indices.map { element in
      let channel = inner.channels == image.shape.channels ? element : element / 3
      return UInt8(min(max((Float(image.pixels[element]) + large[channel]).rounded(), 0), 255))
    }
    return RasterImage(shape: image.shape, pixels: pixels)
  }

  private static func luma(of values: [Float]) -> [Float] {
    stride(from: 0, to: values.count, by: 3).map {
      0.299 * values[$0] + 0.587 * values[$0 + 1] + 0.114 * values[$0 + 2]
    }
  }
}
