import CImageFiles

/// In which scans a JPEG file's coefficients are written, and where decoding can restart.
struct JPEGScript {
  /// Empty for one of all components.
  private(set) var scans: [ElixirJPEGScan] = []
  /// In units of all of a scan's components; 0 for no restarts.
  private(set) var restartInterval = 0
  /// In rows of them, if the interval differs from scan to scan; else 0.
  private(set) var restartRows = 0

  /// As a file's markers tell.
  init(_ segments: JPEGSegments, _ frame: JPEGFrame) {
    var interval = 0
    var intervals: [Int] = []
    for segment in segments.segments {
      let contents = Array(segments.bytes[segment.contents])
      if segment.marker == JPEGSegments.Marker.restartInterval, contents.count == 2 {
        interval = Int(contents[0]) << 8 | Int(contents[1])
      } else if segment.marker == JPEGSegments.Marker.scan,
        let scan = Self.scan(contents, frame)
      {
        scans.append(scan)
        intervals.append(interval)
      }
    }
    restartInterval = intervals.first ?? 0
    let rows = zip(scans, intervals).map { $1 / Self.unitsInRow($0, frame) }
    if Set(intervals).count > 1, Set(rows).count == 1 { restartRows = rows[0] }
    if scans.count == 1, scans[0].componentCount == frame.components.count,
      scans[0].spectralEnd == 63
    {
      scans = []
    }
  }

  private static func scan(_ header: [UInt8], _ frame: JPEGFrame) -> ElixirJPEGScan? {
    guard let count = header.first.map(Int.init), (1...4).contains(count),
      header.count == 4 + 2 * count
    else { return nil }
    var indices = (0..<count).map { part in
      let identifier = header[1 + 2 * part]
      return Int32(frame.components.firstIndex { $0.identifier == identifier } ?? 0)
    }
    indices += [Int32](repeating: 0, count: 4 - count)
    let rest = header[(1 + 2 * count)...].map(Int32.init)
    return ElixirJPEGScan(
      componentCount: Int32(count), components: (indices[0], indices[1], indices[2], indices[3]),
      spectralStart: rest[0], spectralEnd: rest[1], bitHigh: rest[2] >> 4, bitLow: rest[2] & 15)
  }

  /// The units beside each other in a scan (ITU-T T.81, A.2): blocks of its only component, or
  /// groups of blocks.
  private static func unitsInRow(_ scan: ElixirJPEGScan, _ frame: JPEGFrame) -> Int {
    let greatest = frame.components.map(\.horizontalSampling).max() ?? 1
    if scan.componentCount > 1 { return (frame.width + 8 * greatest - 1) / (8 * greatest) }
    let sampling = frame.components[Int(scan.components.0)].horizontalSampling
    let width = (frame.width * sampling + greatest - 1) / greatest
    return (width + 7) / 8
  }
}
