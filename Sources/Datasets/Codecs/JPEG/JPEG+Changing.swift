import CImageFiles

/// Changed JPEG files, by their coefficients.
extension JPEG {
  /// The file with changed coefficients, and all else as it was.
  ///
  /// The transformed change is added to the coefficients, and the sum quantized by the file's own
  /// tables. So blocks in which nothing changes keep their coefficients, and so do frequencies in
  /// which the change is less than half a quantization step. Tables, subsampling, scans, restart
  /// intervals, metadata and what follows the image stay. Huffman tables are the standard ones if
  /// they were, else the best for the new coefficients. Of gray that gets color, a PNG file is
  /// made.
  public static func changing(
    _ bytes: [UInt8], by change: PixelChange, options: DecodingOptions
  ) throws -> ChangedImage {
    let segments = try JPEGSegments(bytes, stopsAtPixels: false)
    let (frame, pixels) = try stored(segments, options)
    let stored = orientation(segments, options).turnedBack(change)
    try stored.requireSize(pixels.shape)
    guard pixels.componentCount > 1 || stored.isGray else {
      return try changingToPNG(bytes, by: change, options: options)
    }
    let coefficients = try JPEGCoefficients(bytes, allowsTruncation: options.allowsTruncation)
    let difference = JPEGDifference(stored, of: pixels, in: coefficients.colorSpace)
    try coefficients.add(difference)
    let encoded = try coefficients.encoded(JPEGScript(segments, frame))
    return ChangedImage(contents: try segments.replacingPixels(by: encoded))
  }
}

extension JPEGCoefficients {
  /// What 8-bit images have at most.
  private static let limit: Float = 1023

  func add(_ difference: JPEGDifference) throws {
    let transform = BlockTransform()
    for (component, layout) in components.enumerated() where component < difference.planes.count {
      let steps = withUnsafeBytes(of: layout.quantization) {
        $0.bindMemory(to: UInt16.self).map(Float.init)
      }
      for row in 0..<Int(layout.blockRows) {
        try changeBlocks(component: component, row: row) { coefficients in
          for column in 0..<Int(layout.blockColumns) {
            guard
              let block = difference.block(
                component: component, row: row, column: column, layout: layout)
            else { continue }
            for (index, value) in transform.forward(block).enumerated() where value != 0 {
              let place = 64 * column + index
              let sum = Float(coefficients[place]) + value / max(steps[index], 1)
              coefficients[place] = Int16(min(max(sum.rounded(), -Self.limit), Self.limit))
            }
          }
        }
      }
    }
  }
}

extension JPEGSegments {
  /// This file's header with another file's coded pixels, which have the same frame.
  func replacingPixels(by encoded: [UInt8]) throws -> [UInt8] {
    let other = try JPEGSegments(encoded, stopsAtPixels: false)
    let pixelMarkers = [
      Marker.huffmanTables, Marker.arithmeticConditioning, Marker.restartInterval,
    ]
    var file: [UInt8] = [0xFF, Marker.start]
    var position = 2
    for segment in segments.prefix(while: { $0.marker != Marker.scan }) {
      // Fill bytes between segments stay, too.
      if !pixelMarkers.contains(segment.marker) {
        file += bytes[position..<segment.whole.upperBound]
      }
      position = segment.whole.upperBound
    }
    for segment in other.segments
    where !Marker.isFrame(segment.marker) && segment.marker != Marker.quantizationTables
      && segment.marker != Marker.comment && !Marker.applications.contains(segment.marker)
    {
      file += encoded[segment.whole]
    }
    // A file that was cut short has no end to go on behind.
    guard segments.last?.marker == Marker.end else { return file }
    MultiPictureIndex.update(&file, growth: file.count - end)
    return file + bytes[end...]
  }
}
