/// The segments of a JPEG file: markers with what belongs to them.
struct JPEGSegments {
  struct Segment {
    /// The second byte of its marker.
    let marker: UInt8
    /// From the marker to the end, with the coded pixels of a scan.
    let whole: Range<Int>
    /// Behind marker and length, without coded pixels.
    let contents: Range<Int>
  }

  enum Marker {
    static let start: UInt8 = 0xD8
    static let end: UInt8 = 0xD9
    static let scan: UInt8 = 0xDA
    static let huffmanTables: UInt8 = 0xC4
    static let arithmeticConditioning: UInt8 = 0xCC
    static let quantizationTables: UInt8 = 0xDB
    static let restartInterval: UInt8 = 0xDD
    static let comment: UInt8 = 0xFE
    static let applications: ClosedRange<UInt8> = 0xE0...0xEF

    /// Whether it begins a frame: all of 0xC0...0xCF but tables and a reserved one.
    static func isFrame(_ marker: UInt8) -> Bool {
      (0xC0...0xCF).contains(marker)
        && ![huffmanTables, 0xC8, arithmeticConditioning].contains(
          marker)
    }
  }

  let bytes: [UInt8]
  private(set) var segments: [Segment] = []
  /// Behind the last segment.
  private(set) var end = 2

  /// - Parameter stopsAtPixels: whether the first scan ends the search.
  init(_ bytes: [UInt8], stopsAtPixels: Bool) throws {
    self.bytes = bytes
    guard bytes.starts(with: [0xFF, Marker.start]) else {
      throw ImageFailure(reason: "it is not a JPEG image")
    }
    while let marker = nextMarker(from: end) {
      let start = marker - 1
      let code = bytes[marker]
      var contents = marker + 1..<marker + 1
      if code != Marker.end, code != 0x01, !(0xD0...0xD8).contains(code) {
        guard contents.lowerBound + 2 <= bytes.count else { return }
        let size = Int(bytes[contents.lowerBound]) << 8 | Int(bytes[contents.lowerBound + 1])
        let last = contents.lowerBound + size
        guard size >= 2 else { throw ImageFailure(reason: "it is corrupt: a segment has no size") }
        guard last <= bytes.count else { return }
        contents = contents.lowerBound + 2..<last
      }
      end = contents.upperBound
      if code == Marker.scan, !stopsAtPixels { end = endOfPixels(from: end) }
      segments.append(Segment(marker: code, whole: start..<end, contents: contents))
      if code == Marker.end || (code == Marker.scan && stopsAtPixels) { return }
    }
  }

  /// Where the next marker's second byte is; what stands in front of it is skipped.
  private func nextMarker(from start: Int) -> Int? {
    bytes.withUnsafeBufferPointer { bytes in
      var position = start
      while position + 1 < bytes.count {
        if bytes[position] == 0xFF, bytes[position + 1] != 0xFF, bytes[position + 1] != 0 {
          return position + 1
        }
        position += 1
      }
      return nil
    }
  }

  /// Where coded pixels end: at a marker that is no restart.
  private func endOfPixels(from start: Int) -> Int {
    bytes.withUnsafeBufferPointer { bytes in
      var position = start
      while position + 1 < bytes.count {
        if bytes[position] == 0xFF {
          let next = bytes[position + 1]
          if next != 0, next != 0xFF, !(0xD0...0xD7).contains(next) { return position }
        }
        position += 1
      }
      return bytes.count
    }
  }

  /// The contents of the segments with a marker in front of the first scan.
  func contents(_ marker: UInt8) -> [ArraySlice<UInt8>] {
    segments.prefix { $0.marker != Marker.scan }.filter { $0.marker == marker }
      .map { bytes[$0.contents] }
  }

  /// The orientation in EXIF or XMP metadata.
  var orientation: ImageOrientation {
    let applications = contents(0xE1)
    let exifPrefix = Array("Exif\0\0".utf8)
    let xmpPrefix = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    // Long EXIF data go on in further segments.
    let exif = applications.filter { $0.starts(with: exifPrefix) }
      .flatMap { $0.dropFirst(exifPrefix.count) }
    return ImageOrientation(exif: exif)
      ?? applications.first { $0.starts(with: xmpPrefix) }
      .flatMap { ImageOrientation(xmp: Array($0)) } ?? .upright
  }
}
