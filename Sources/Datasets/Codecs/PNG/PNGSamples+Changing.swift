/// Changed samples, in the color type and bit depth they had if these can hold the change.
extension PNGSamples {
  /// Adds a change of 8-bit values; each pixel keeps its alpha, and one that does not change keeps
  /// all its bits.
  mutating func apply(_ change: PixelChange) {
    if header.colorType == .palette {
      if applyWithinPalette(change) { return }
      expandPalette()
    }
    let alpha = transparency.flatMap { _ in self.alpha() }
    if header.isGray, !change.isGray { expandGray() }
    let change = change.converted(toChannels: header.shape.channels)
    if header.bitDepth < 8, !fitsBitDepth(change) { expandTo8Bits() }
    let scale = grayScale
    for pixel in 0..<pixelCount {
      for channel in 0..<change.shape.channels {
        let index = pixel * bytesPerPixel + channel * bytesPerSample
        let difference = Int(change.values[pixel * change.shape.channels + channel])
        // Of 16 bits the high 8 change, so that the decoded value is exactly the wanted one.
        samples[index] = UInt8(
          Int(PixelChange.clip(Int(samples[index]) * scale + difference)) / scale)
      }
    }
    if let alpha, self.alpha() != alpha { addAlpha(alpha) }
  }

  /// Whether gray of fewer than 8 bits has all changed values.
  private func fitsBitDepth(_ change: PixelChange) -> Bool {
    samples.indices.allSatisfy { index in
      let value = Int(samples[index]) * grayScale + Int(change.values[index])
      return Int(PixelChange.clip(value)) % grayScale == 0
    }
  }

  private mutating func expandTo8Bits() {
    let scale = UInt8(grayScale)
    for index in samples.indices { samples[index] *= scale }
    transparency = transparency.map { key in key.isEmpty ? key : [0, key[key.count - 1] &* scale] }
    header.bitDepth = 8
  }

  /// Gray becomes color.
  private mutating func expandGray() {
    if header.bitDepth < 8 { expandTo8Bits() }
    let width = bytesPerSample
    var expanded: [UInt8] = []
    expanded.reserveCapacity(samples.count * 3)
    for start in stride(from: 0, to: samples.count, by: bytesPerPixel) {
      for _ in 0..<3 { expanded += samples[start..<start + width] }
      expanded += samples[start + width..<start + bytesPerPixel]
    }
    samples = expanded
    transparency = transparency.map { $0 + $0 + $0 }
    header.colorType = header.hasAlpha ? .colorAlpha : .color
  }

  /// The transparent gray or color becomes an alpha channel.
  private mutating func addAlpha(_ alpha: [UInt8]) {
    if header.bitDepth < 8 { expandTo8Bits() }
    let step = bytesPerPixel
    samples = alpha.indices.flatMap { pixel in
      samples[pixel * step..<pixel * step + step]
        + [UInt8](repeating: alpha[pixel], count: bytesPerSample)
    }
    transparency = nil
    header.colorType = header.isGray ? .grayAlpha : .colorAlpha
  }

  /// The palette's colors become the pixels', with an alpha channel if it had alpha.
  private mutating func expandPalette() {
    let image = image()
    let alpha = alpha()
    samples = image.pixels
    palette = []
    transparency = nil
    header.colorType = .color
    header.bitDepth = 8
    if let alpha { addAlpha(alpha) }
  }

  /// Gives changed pixels colors of the palette with the same alpha, and adds those that it lacks
  /// while it has at most 256; false, and nothing done, if they do not fit.
  private mutating func applyWithinPalette(_ change: PixelChange) -> Bool {
    let change = change.converted(toChannels: 3)
    let image = image()
    var colors = palette
    var alphas = transparency ?? []
    func alpha(_ index: Int) -> UInt8 { index < alphas.count ? alphas[index] : 255 }
    var indices: [[UInt8]: Int] = [:]
    for index in stride(from: colors.count / 3 - 1, through: 0, by: -1) {
      indices[colors[3 * index..<3 * index + 3] + [alpha(index)]] = index
    }
    var changed = samples
    for pixel in samples.indices {
      let part = 3 * pixel..<3 * pixel + 3
      guard change.values[part].contains(where: { $0 != 0 }) else { continue }
      let color = part.map { PixelChange.clip(Int(image.pixels[$0]) + Int(change.values[$0])) }
      let key = color + [alpha(Int(samples[pixel]))]
      if let index = indices[key] {
        changed[pixel] = UInt8(index)
      } else {
        let index = colors.count / 3
        guard index < 256 else { return false }
        indices[key] = index
        colors += color
        if key[3] != 255 {
          alphas += [UInt8](repeating: 255, count: index - alphas.count) + [key[3]]
        }
        changed[pixel] = UInt8(index)
      }
    }
    samples = changed
    while colors.count / 3 > 1 << header.bitDepth { header.bitDepth *= 2 }
    palette = colors
    transparency = alphas.isEmpty ? transparency : alphas
    return true
  }
}
