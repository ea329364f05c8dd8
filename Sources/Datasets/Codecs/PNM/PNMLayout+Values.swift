/// Stored values.
extension PNMLayout {
  private var count: Int { shape.byteCount }

  /// All values, and of a plain file the places of their words.
  func values(
    _ bytes: [UInt8], allowsTruncation: Bool
  ) throws -> (values: [Int], places: [Range<Int>]) {
    var values: [Int] = []
    var places: [Range<Int>] = []
    values.reserveCapacity(count)
    if isPlain {
      var tokens = PNMTokens(bytes, start: start)
      while values.count < count, let token = tokens.next() {
        // Bits need no space between them.
        for place in isBitmap ? token.map({ $0..<$0 + 1 }) : [token] where values.count < count {
          guard let value = PNMTokens.number(bytes[place]), value <= maximum else {
            throw ImageFailure(reason: "it is corrupt: there is no value at \(place.lowerBound)")
          }
          values.append(value)
          places.append(place)
        }
      }
    } else if isBitmap {
      let rowSize = (width + 7) / 8
      for y in 0..<height where start + (y + 1) * rowSize <= bytes.count {
        let row = start + y * rowSize
        for x in 0..<width { values.append(Int(bytes[row + x / 8] >> UInt8(7 - x % 8) & 1)) }
      }
    } else if isDeep {
      for place in stride(from: start, to: min(start + 2 * count, bytes.count - 1), by: 2) {
        values.append(min(Int(bytes[place]) << 8 | Int(bytes[place + 1]), maximum))
      }
    } else {
      values = bytes[min(start, bytes.count)...].prefix(count).map { min(Int($0), maximum) }
    }
    guard allowsTruncation || values.count == count else {
      throw ImageFailure(reason: "it is cut short")
    }
    values += [Int](repeating: 0, count: count - values.count)
    return (values, places)
  }

  /// The 8-bit image.
  func image(_ values: [Int]) -> RasterImage {
    RasterImage(shape: shape, pixels: values.map(scaled))
  }

  private func scaled(_ value: Int) -> UInt8 {
    if isBitmap { return value == 0 ? 255 : 0 }
    if maximum == 255 { return UInt8(value) }
    let part = Double(value) / Double(maximum) * 255
    return UInt8(min(part.rounded(.toNearestOrEven), 255))
  }

  /// The values of a changed image; nil if the file cannot hold them.
  func storing(_ image: RasterImage, over values: [Int], of former: RasterImage) -> [Int]? {
    guard image.shape == former.shape else { return nil }
    var result = values
    for index in values.indices where image.pixels[index] != former.pixels[index] {
      let wanted = image.pixels[index]
      let new =
        isBitmap
        ? (wanted == 0 ? 1 : 0)
        : Int((Double(wanted) / 255 * Double(maximum)).rounded(.toNearestOrEven))
      guard scaled(new) == wanted else { return nil }
      result[index] = new
    }
    return result
  }

  /// The file with other values; those that stay keep their bytes.
  func replacing(
    _ places: [Range<Int>], of bytes: [UInt8], by new: [Int], instead old: [Int]
  ) -> [UInt8] {
    if isPlain {
      var file: [UInt8] = []
      var position = 0
      for (index, place) in places.enumerated() where new[index] != old[index] {
        file += bytes[position..<place.lowerBound] + Array(String(new[index]).utf8)
        position = place.upperBound
      }
      return file + bytes[position...]
    }
    var file = bytes
    let rowSize = (width + 7) / 8
    for index in new.indices where new[index] != old[index] {
      let place =
        isBitmap
        ? start + index / width * rowSize + index % width / 8
        : start + index * (isDeep ? 2 : 1)
      guard place + (isDeep ? 1 : 0) < file.count else { break }
      if isBitmap {
        file[place] ^= 0x80 >> UInt8(index % width % 8)
      } else if isDeep {
        file[place] = UInt8(new[index] >> 8)
        file[place + 1] = UInt8(new[index] & 255)
      } else {
        file[place] = UInt8(new[index])
      }
    }
    return file
  }
}
