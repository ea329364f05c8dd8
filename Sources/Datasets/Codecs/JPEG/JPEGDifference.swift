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
    let channels = image.shape.channels
    let change = change.converted(toChannels: channels)
    for pixel in 0..<height * width {
      let part = pixel * channels..<(pixel + 1) * channels
      guard change.values[part].contains(where: { $0 != 0 }) else { continue }
      var color = part.map { index in
        let old = Int(image.pixels[index])
        return Float(Int(PixelChange.clip(old + Int(change.values[index]))) - old)
      }
      if space == elixirCMYK || space == elixirYCCK {
        let start = pixel * 4
        color = (0..<3).map {
          Self.ink(color[$0], pixels.values[start + $0], black: pixels.values[start + 3])
        }
        // YCCK holds the complements of the inks.
        if space == elixirYCCK { color = color.map { -$0 } }
      }
      if space == elixirYCbCr || space == elixirYCCK { color = Self.chroma(color) }
      for (plane, value) in color.enumerated() { planes[plane][pixel] = value }
    }
  }

  /// The change of a stored ink by which its color c·k/255 changes so much; black stays.
  private static func ink(_ difference: Float, _ ink: UInt8, black: UInt8) -> Float {
    guard black > 0 else { return 0 }
    let wanted = Float(ink) + difference * 255 / Float(black)
    return min(max(wanted, 0), 255) - Float(ink)
  }

  /// Y, Cb and Cr of a difference (JFIF 1.02, without the offset of 128).
  private static func chroma(_ color: [Float]) -> [Float] {
    let (red, green, blue) = (color[0], color[1], color[2])
    return [
      0.299 * red + 0.587 * green + 0.114 * blue,
      -0.168_736 * red - 0.331_264 * green + 0.5 * blue,
      0.5 * red - 0.418_688 * green - 0.081_312 * blue,
    ]
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
