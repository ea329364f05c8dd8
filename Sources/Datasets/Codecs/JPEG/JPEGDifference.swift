import CImageFiles

/// A change of an image as the change of a JPEG file's components.
struct JPEGDifference {
  let height: Int
  let width: Int
  /// By component, `[H, W]`.
  private(set) var planes: [[Float]]

  /// - Parameter change: in the orientation of the file.
  init(_ change: PixelChange, of pixels: JPEGPixels, in space: ElixirJPEGColorSpace) {
    height = pixels.shape.height
    width = pixels.shape.width
    planes = [[Float]](
      repeating: [Float](repeating: 0, count: height * width), count: pixels.componentCount)
    let image = pixels.image()
    let change = change.converted(toChannels: image.shape.channels)
    let differences = zip(image.pixels, change.values).map { old, value in
      value == 0 ? 0 : Float(Int(PixelChange.clip(Int(old) + Int(value))) - Int(old))
    }
    if space == elixirGray {
      planes[0] = differences
      return
    }
    for pixel in 0..<height * width {
      var color = SIMD3(
        differences[3 * pixel], differences[3 * pixel + 1], differences[3 * pixel + 2])
      guard color != .zero else { continue }
      if space == elixirCMYK || space == elixirYCCK {
        for channel in 0..<3 {
          color[channel] = Self.ink(
            color[channel], pixels.values[4 * pixel + channel],
            black: pixels.values[4 * pixel + 3])
        }
        // YCCK holds the complements of the inks.
        if space == elixirYCCK { color = -color }
      }
      if space == elixirYCbCr || space == elixirYCCK { color = Self.chroma(color) }
      for channel in 0..<3 { planes[channel][pixel] = color[channel] }
    }
  }

  /// The change of a stored ink by which its color c·k/255 changes so much; black stays.
  private static func ink(_ difference: Float, _ ink: UInt8, black: UInt8) -> Float {
    guard black > 0 else { return 0 }
    let wanted = Float(ink) + difference * 255 / Float(black)
    return min(max(wanted, 0), 255) - Float(ink)
  }

  /// Y, Cb and Cr of a difference (JFIF 1.02, without the offset of 128).
  private static func chroma(_ color: SIMD3<Float>) -> SIMD3<Float> {
    SIMD3(0.299, -0.168_736, 0.5) * color.x + SIMD3(0.587, -0.331_264, -0.418_688) * color.y
      + SIMD3(0.114, 0.5, -0.081_312) * color.z
  }

  /// The block of a component; nil if nothing in it changes.
  ///
  /// Its samples are means over `sampleWidth`×`sampleHeight` pixels. At the edges the last pixels
  /// are repeated, as encoders do.
  func block(
    component: Int, row: Int, column: Int, layout: ElixirJPEGComponent
  ) -> [Float]? {
    let (stepY, stepX) = (Int(layout.sampleHeight), Int(layout.sampleWidth))
    let plane = planes[component]
    let scale = 1 / Float(stepY * stepX)
    var block = [Float](repeating: 0, count: 64)
    var isChanged = false
    for y in 0..<8 {
      for x in 0..<8 {
        var sum: Float = 0
        for innerY in 0..<stepY {
          let line = min((8 * row + y) * stepY + innerY, height - 1) * width
          for innerX in 0..<stepX {
            sum += plane[line + min((8 * column + x) * stepX + innerX, width - 1)]
          }
        }
        block[8 * y + x] = sum * scale
        isChanged = isChanged || sum != 0
      }
    }
    return isChanged ? block : nil
  }
}
