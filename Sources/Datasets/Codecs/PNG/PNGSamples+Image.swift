/// What the stored samples show.
extension PNGSamples {
  /// The factor that brings gray of fewer than 8 bits to 8.
  var grayScale: Int { header.bitDepth < 8 ? 255 / (1 << header.bitDepth - 1) : 1 }

  /// The image, alpha dropped; of 16 bits the high 8 count.
  func image() -> RasterImage {
    let shape = header.shape
    if header.bitDepth == 8, header.colorType == .gray || header.colorType == .color {
      return RasterImage(shape: shape, pixels: samples)
    }
    let step = bytesPerPixel
    let width = bytesPerSample
    // Indices that the palette lacks are black, as in Pillow.
    let colors = palette + [UInt8](repeating: 0, count: 768 - palette.count)
    let scale = UInt8(grayScale)
    let isPalette = header.colorType == .palette
    let pixels = [UInt8](unsafeUninitializedCapacity: shape.byteCount) { buffer, filled in
      samples.withUnsafeBufferPointer { samples in
        for pixel in 0..<pixelCount {
          let start = pixel * step
          for channel in 0..<shape.channels {
            buffer[pixel * shape.channels + channel] =
              isPalette
              ? colors[3 * Int(samples[start]) + channel]
              : samples[start + channel * width] &* scale
          }
        }
      }
      filled = shape.byteCount
    }
    return RasterImage(shape: shape, pixels: pixels)
  }

  /// The alpha of each pixel in 8 bits, 255 being opaque; nil if all are without.
  func alpha() -> [UInt8]? {
    let step = bytesPerPixel
    if header.hasAlpha {
      return stride(from: step - bytesPerSample, to: samples.count, by: step).map { samples[$0] }
    }
    guard let transparency else { return nil }
    if header.colorType == .palette {
      return samples.map { Int($0) < transparency.count ? transparency[Int($0)] : 255 }
    }
    let key = storedKey(transparency)
    return stride(from: 0, to: samples.count, by: step).map {
      samples[$0..<$0 + step].elementsEqual(key) ? 0 : 255
    }
  }

  /// The transparent gray or color of a tRNS chunk as the samples would hold it.
  func storedKey(_ transparency: [UInt8]) -> [UInt8] {
    if bytesPerSample == 2 { return transparency }
    return stride(from: 1, to: transparency.count, by: 2).map { transparency[$0] }
  }
}
