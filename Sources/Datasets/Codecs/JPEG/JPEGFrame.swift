/// The frame header of a JPEG file.
struct JPEGFrame {
  let height: Int
  let width: Int
  let bitDepth: Int
  /// 1 (gray), 3 or 4 (CMYK).
  let components: [Component]

  struct Component {
    let identifier: UInt8
    /// Samples of it beside each other in the smallest unit of all components.
    let horizontalSampling: Int
  }

  var shape: ImageShape {
    ImageShape(height: height, width: width, channels: components.count == 1 ? 1 : 3)
  }

  /// nil if the file has no frame header so far.
  init?(_ segments: JPEGSegments) throws {
    guard let segment = segments.segments.first(where: { JPEGSegments.Marker.isFrame($0.marker) })
    else { return nil }
    guard [0xC0, 0xC1, 0xC2, 0xC9, 0xCA].contains(segment.marker) else {
      throw ImageFailure(reason: "lossless and hierarchical JPEG are not read")
    }
    let bytes = Array(segments.bytes[segment.contents])
    guard bytes.count >= 6, bytes.count == 6 + 3 * Int(bytes[5]) else {
      throw ImageFailure(reason: "it is corrupt: its frame header has another size than it says")
    }
    bitDepth = Int(bytes[0])
    height = Int(bytes[1]) << 8 | Int(bytes[2])
    width = Int(bytes[3]) << 8 | Int(bytes[4])
    components = stride(from: 6, to: bytes.count, by: 3).map {
      Component(identifier: bytes[$0], horizontalSampling: max(Int(bytes[$0 + 1] >> 4), 1))
    }
    guard bitDepth == 8 else {
      throw ImageFailure(reason: "JPEG of \(bitDepth) bits per channel is not read")
    }
    guard [1, 3, 4].contains(components.count) else {
      throw ImageFailure(reason: "JPEG of \(components.count) components is not read")
    }
  }
}
