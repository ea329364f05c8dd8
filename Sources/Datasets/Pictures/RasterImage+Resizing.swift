extension RasterImage {
  /// The picture at another size by a triangle filter, widened when shrinking so that nothing is
  /// skipped; pixel centres are at half-integers, and edges are clamped.
  public func resized(height: Int, width: Int) -> RasterImage {
    precondition(height > 0 && width > 0, "resized: \(shape) to \(width)×\(height)")
    if height == shape.height && width == shape.width { return self }
    let channels = shape.channels
    let columns = Self.taps(from: shape.width, to: width)
    let rows = Self.taps(from: shape.height, to: height)
    var narrow = [Float](repeating: 0, count: shape.height * width * channels)
    for y in 0..<shape.height {
      for x in 0..<width {
        for (source, weight) in columns[x] {
          for channel in 0..<channels {
            narrow[(y * width + x) * channels + channel] += weight * Float(self[y, source, channel])
          }
        }
      }
    }
    var result = RasterImage(
      shape: ImageShape(height: height, width: width, channels: channels), filledWith: 0)
    let stride = width * channels
    for y in 0..<height {
      for element in 0..<stride {
        let value = rows[y].reduce(Float(0)) {
          $0 + $1.weight * narrow[$1.source * stride + element]
        }
        result.pixels[y * stride + element] = UInt8(min(max(value.rounded(), 0), 255))
      }
    }
    return result
  }

  /// For each output position the source positions it draws from, their weights adding up to 1.
  private static func taps(
    from sourceSize: Int, to size: Int
  ) -> [[(source: Int, weight: Float)]] {
    let ratio = Float(sourceSize) / Float(size)
    let reach = max(ratio, 1)
    return (0..<size).map { position in
      let centre = (Float(position) + 0.5) * ratio - 0.5
      let first = Int((centre - reach).rounded(.up))
      let last = Int((centre + reach).rounded(.down))
      var taps: [(source: Int, weight: Float)] = []
      for source in first...last {
        let weight = 1 - abs(Float(source) - centre) / reach
        if weight > 0 { taps.append((min(max(source, 0), sourceSize - 1), weight)) }
      }
      let total = taps.reduce(Float(0)) { $0 + $1.weight }
      return taps.map { ($0.source, $0.weight / total) }
    }
  }
}
