/// How an image lies in its file, in the numbers of EXIF.
enum ImageOrientation: Int {
  case upright = 1
  case mirrored
  case upsideDown
  case flipped
  case transposed
  case turnedLeft
  case transversed
  case turnedRight

  /// Height and width after turning are width and height before.
  private var swapsSides: Bool { rawValue >= 5 }

  private var inverse: ImageOrientation {
    switch self {
    case .turnedLeft: .turnedRight
    case .turnedRight: .turnedLeft
    default: self
    }
  }

  func turned(_ shape: ImageShape) -> ImageShape {
    swapsSides
      ? ImageShape(height: shape.width, width: shape.height, channels: shape.channels) : shape
  }

  /// A stored image as it is meant to be seen.
  func turned(_ image: RasterImage) -> RasterImage {
    self == .upright
      ? image
      : RasterImage(shape: turned(image.shape), pixels: turned(image.pixels, image.shape))
  }

  /// The change of a stored image, from the change of it as it is seen.
  func turnedBack(_ change: PixelChange) -> PixelChange {
    self == .upright
      ? change
      : PixelChange(
        shape: turned(change.shape), values: inverse.turned(change.values, change.shape))
  }

  private func turned<Value>(_ values: [Value], _ shape: ImageShape) -> [Value] {
    let target = turned(shape)
    let channels = shape.channels
    let (bottom, right) = (shape.height - 1, shape.width - 1)
    var result: [Value] = []
    result.reserveCapacity(values.count)
    for y in 0..<target.height {
      for x in 0..<target.width {
        let (row, column) =
          switch self {
          case .upright: (y, x)
          case .mirrored: (y, right - x)
          case .upsideDown: (bottom - y, right - x)
          case .flipped: (bottom - y, x)
          case .transposed: (x, y)
          case .turnedLeft: (bottom - x, y)
          case .transversed: (bottom - x, right - y)
          case .turnedRight: (x, right - y)
          }
        let start = (row * shape.width + column) * channels
        result += values[start..<start + channels]
      }
    }
    return result
  }
}
