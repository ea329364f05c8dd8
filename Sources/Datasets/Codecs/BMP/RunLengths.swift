/// The run-length codings of BMP for indices of 8 and 4 bits.
struct RunLengths {
  private let layout: BMPLayout

  init(_ layout: BMPLayout) {
    self.layout = layout
  }

  /// `[H, W]` from the top; what is not coded is 0.
  func pixels(_ bytes: [UInt8], allowsTruncation: Bool) throws -> [UInt32] {
    let (height, width) = (layout.height, layout.width)
    var pixels = [UInt32](repeating: 0, count: height * width)
    var (x, row) = (0, 0)
    var position = layout.pixelStart
    func index(_ byte: UInt8, _ place: Int) -> UInt32 {
      layout.compression == .runs8
        ? UInt32(byte) : UInt32(place % 2 == 0 ? byte >> 4 : byte & 15)
    }
    func put(_ value: UInt32) {
      if x < width, row < height {
        pixels[(layout.isTopDown ? row : height - 1 - row) * width + x] = value
      }
      x += 1
    }
    while position + 2 <= bytes.count {
      let (count, value) = (Int(bytes[position]), bytes[position + 1])
      position += 2
      if count > 0 {
        for place in 0..<count { put(index(value, place)) }
        continue
      }
      switch value {
      case 0:
        (x, row) = (0, row + 1)
      case 1:
        return pixels
      case 2 where position + 2 <= bytes.count:
        x += Int(bytes[position])
        row += Int(bytes[position + 1])
        position += 2
      default:
        let size = layout.compression == .runs8 ? Int(value) : (Int(value) + 1) / 2
        guard position + size <= bytes.count else {
          position = bytes.count
          break
        }
        for place in 0..<Int(value) {
          let byte = bytes[position + (layout.compression == .runs8 ? place : place / 2)]
          put(index(byte, place))
        }
        position += size + size % 2
      }
    }
    // The end is missing; all pixels may be there.
    guard allowsTruncation || row >= height || (row == height - 1 && x >= width) else {
      throw ImageFailure(reason: "it is cut short")
    }
    return pixels
  }
}
