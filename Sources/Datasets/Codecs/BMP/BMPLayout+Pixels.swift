/// Stored pixels: numbers, which are indices, fields of bits, or 24 bits of color.
extension BMPLayout {
  /// `[H, W]` from the top.
  func storedPixels(_ bytes: [UInt8], allowsTruncation: Bool) throws -> [UInt32] {
    if compression == .runs8 || compression == .runs4 {
      return try RunLengths(self).pixels(bytes, allowsTruncation: allowsTruncation)
    }
    guard allowsTruncation || pixelStart + rowSize * height <= bytes.count else {
      throw ImageFailure(reason: "it is cut short")
    }
    var pixels = [UInt32](repeating: 0, count: height * width)
    for y in 0..<height {
      let start = rowStart(y)
      guard start + rowSize <= bytes.count else { continue }
      for x in 0..<width { pixels[y * width + x] = pixel(bytes, start, x) }
    }
    return pixels
  }

  private func rowStart(_ y: Int) -> Int {
    pixelStart + rowSize * (isTopDown ? y : height - 1 - y)
  }

  private func pixel(_ bytes: [UInt8], _ start: Int, _ x: Int) -> UInt32 {
    if bitsPerPixel < 8 {
      let perByte = 8 / bitsPerPixel
      let byte = UInt32(bytes[start + x / perByte])
      let shift = 8 - bitsPerPixel * (x % perByte + 1)
      return byte >> UInt32(shift) & (1 << UInt32(bitsPerPixel) - 1)
    }
    let size = bitsPerPixel / 8
    let part = bytes[start + x * size..<start + (x + 1) * size]
    return part.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The file with other stored pixels; padding and all else stay.
  func replacingPixels(of bytes: [UInt8], by pixels: [UInt32]) -> [UInt8] {
    var file = bytes
    for y in 0..<height {
      let start = rowStart(y)
      guard start + rowSize <= bytes.count else { continue }
      for x in 0..<width {
        let value = pixels[y * width + x]
        if bitsPerPixel < 8 {
          let perByte = 8 / bitsPerPixel
          let shift = UInt8(8 - bitsPerPixel * (x % perByte + 1))
          let mask = UInt8(1 << bitsPerPixel - 1) << shift
          let place = start + x / perByte
          file[place] = file[place] & ~mask | UInt8(value) << shift
        } else {
          for part in 0..<bitsPerPixel / 8 {
            file[start + x * bitsPerPixel / 8 + part] = UInt8(
              truncatingIfNeeded: value >> UInt32(8 * part))
          }
        }
      }
    }
    return file
  }

  /// Red, green and blue of a stored pixel; indices that the palette lacks are black.
  private func color(_ pixel: UInt32) -> [UInt8] {
    if bitsPerPixel <= 8 { return Int(pixel) < palette.count ? palette[Int(pixel)] : [0, 0, 0] }
    if bitsPerPixel == 24 { return [16, 8, 0].map { UInt8(truncatingIfNeeded: pixel >> $0) } }
    return masks.map { mask in
      let shift = UInt32(mask.trailingZeroBitCount)
      return UInt8((pixel & mask) >> shift * 255 / (mask >> shift))
    }
  }

  func image(_ pixels: [UInt32]) -> RasterImage {
    let channels = shape.channels
    return RasterImage(shape: shape, pixels: pixels.flatMap { color($0).prefix(channels) })
  }

  /// The stored pixels of a changed image; nil if they cannot hold all its colors.
  func storing(
    _ image: RasterImage, over stored: [UInt32], of former: RasterImage
  ) -> [UInt32]? {
    guard image.shape == former.shape else { return nil }
    var indices: [[UInt8]: UInt32] = [:]
    for (index, color) in palette.enumerated().reversed() { indices[color] = UInt32(index) }
    let channels = image.shape.channels
    var result = stored
    for pixel in stored.indices {
      let part = pixel * channels..<(pixel + 1) * channels
      guard image.pixels[part] != former.pixels[part] else { continue }
      let wanted =
        channels == 3
        ? Array(image.pixels[part]) : [UInt8](repeating: image.pixels[pixel], count: 3)
      if bitsPerPixel <= 8 {
        guard let index = indices[wanted] else { return nil }
        result[pixel] = index
      } else if bitsPerPixel == 24 {
        result[pixel] = wanted.reduce(0) { $0 << 8 | UInt32($1) }
      } else {
        for (mask, value) in zip(masks, wanted) {
          let shift = UInt32(mask.trailingZeroBitCount)
          let greatest = mask >> shift
          let field = (UInt32(value) * greatest + 254) / 255
          result[pixel] = result[pixel] & ~mask | field << shift
        }
        guard color(result[pixel]) == wanted else { return nil }
      }
    }
    return result
  }

  /// A file of 24 bits with the same order of rows and resolution.
  func file24(_ image: RasterImage) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] {
      withUnsafeBytes(of: Int32(value).littleEndian) { Array($0) }
    }
    let rowSize = (3 * width + 3) / 4 * 4
    let size = rowSize * height
    var file = Array("BM".utf8) + number(54 + size) + number(0) + number(54)
    file += number(40) + number(width) + number(isTopDown ? -height : height)
    file += [1, 0, 24, 0] + number(0) + number(size) + resolution + number(0) + number(0)
    for row in 0..<height {
      let y = isTopDown ? row : height - 1 - row
      for x in 0..<width {
        for channel in [2, 1, 0] { file.append(image[y, x, channel]) }
      }
      file += [UInt8](repeating: 0, count: rowSize - 3 * width)
    }
    return file
  }
}
