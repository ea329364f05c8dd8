import Support

/// Images as rows of numbers: bytes, or numbers from 0 to 1 or to 255.
struct PixelArray: Sendable {
  let array: NumberArray
  let shape: ImageShape
  /// Whether a row is `[C, H, W]` instead of `[H, W, C]`.
  let isPlanar: Bool
  /// What the number for white is.
  let white: Double

  /// Finds the layout: `[N, H, W]`, `[N, H, W, C]`, `[N, C, H, W]` with 1 or 3 channels, or rows of
  /// square images, those with color plane after plane as in CIFAR's.
  ///
  /// - Throws: `FileError.damaged` for other shapes and numbers that are no pixels.
  init(_ array: NumberArray) throws {
    func damaged(_ reason: String) -> FileError {
      .damaged(
        path: array.path, reason: reason,
        advice: "save images as bytes [N, H, W] or [N, H, W, 3]")
    }
    guard let (shape, isPlanar) = Self.layout(array.shape) else {
      throw damaged("an array of the shape \(array.shape) holds no images")
    }
    guard shape.isReadable else {
      throw damaged("it says its images are \(shape.width)×\(shape.height)")
    }
    self.array = array
    self.shape = shape
    self.isPlanar = isPlanar
    guard array.type.kind != .unsigned || array.type.size > 1 else {
      white = 255
      return
    }
    let range = try array.range()
    guard range.lowerBound >= 0, range.upperBound <= 255 else {
      throw damaged(
        "its numbers reach from \(range.lowerBound) to \(range.upperBound), not from 0 to 255")
    }
    // Images of numbers 0 and 1 only are black in either reading but this.
    white = array.type.kind == .float && range.upperBound <= 1 ? 1 : 255
  }

  static func layout(_ shape: [Int]) -> (ImageShape, isPlanar: Bool)? {
    switch shape.count {
    case 2:
      for channels in [1, 3] where shape[1] % channels == 0 {
        let side = Int(Double(shape[1] / channels).squareRoot())
        if side > 0, side * side * channels == shape[1] {
          return (ImageShape(height: side, width: side, channels: channels), true)
        }
      }
      return nil
    case 3: return (ImageShape(height: shape[1], width: shape[2], channels: 1), false)
    case 4 where shape[3] == 1 || shape[3] == 3:
      return (ImageShape(height: shape[1], width: shape[2], channels: shape[3]), false)
    case 4 where shape[1] == 1 || shape[1] == 3:
      return (ImageShape(height: shape[2], width: shape[3], channels: shape[1]), true)
    default: return nil
    }
  }

  /// Writes an image as bytes `[H, W, C]`.
  func read(_ row: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let bytes = try array.bytes(of: row)
    bytes.withUnsafeBytes { source in
      for pixel in pixels.indices { pixels[pixel] = byte(source, at: position(of: pixel)) }
    }
  }

  /// A row's bytes with the pixels of an image; numbers whose pixel does not change stay as they
  /// are.
  func replacing(_ bytes: [UInt8], by image: [UInt8]) -> [UInt8] {
    var result = bytes
    bytes.withUnsafeBytes { source in
      for pixel in image.indices {
        let place = position(of: pixel)
        guard byte(source, at: place) != image[pixel] else { continue }
        let value = array.type.bytes(Double(image[pixel]) * white / 255)
        result.replaceSubrange(place..<place + value.count, with: value)
      }
    }
    return result
  }

  private func byte(_ bytes: UnsafeRawBufferPointer, at place: Int) -> UInt8 {
    let value = array.type.value(bytes, at: place)
    return UInt8(min(max((value * 255 / white).rounded(), 0), 255))
  }

  /// Where the number of a byte of `[H, W, C]` is in a row.
  private func position(of pixel: Int) -> Int {
    guard isPlanar, shape.channels > 1 else { return pixel * array.type.size }
    let plane = shape.height * shape.width
    return (pixel % shape.channels * plane + pixel / shape.channels) * array.type.size
  }
}
