/// The orientation that an image's metadata state.
extension ImageOrientation {
  /// From EXIF data, which are a small TIFF file; nil if they state none that is valid.
  init?(exif bytes: [UInt8]) {
    let prefix = Array("Exif\0\0".utf8)
    var base = 0
    while bytes.dropFirst(base).starts(with: prefix) { base += prefix.count }
    guard bytes.count >= base + 8 else { return nil }
    let isLittle: Bool
    switch bytes[base..<base + 2] {
    case [0x49, 0x49]: isLittle = true
    case [0x4D, 0x4D]: isLittle = false
    default: return nil
    }
    func number(_ start: Int, _ size: Int) -> Int? {
      guard start >= 0, start + size <= bytes.count else { return nil }
      let part = bytes[start..<start + size]
      return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard let directory = number(base + 4, 4).map({ base + $0 }),
      let count = number(directory, 2)
    else { return nil }
    for entry in 0..<count {
      let start = directory + 2 + 12 * entry
      guard let tag = number(start, 2), let type = number(start + 2, 2) else { return nil }
      guard tag == 0x0112 else { continue }
      // A short, or sometimes a long.
      guard let value = number(start + 8, type == 4 ? 4 : 2) else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }

  /// From XMP, which Pillow, too, asks if there is no EXIF orientation.
  init?(xmp bytes: [UInt8]) {
    let name = Array("tiff:Orientation".utf8)
    var start = 0
    while let index = bytes[start...].firstIndex(of: name[0]) {
      let rest = bytes[index...]
      start = index + 1
      guard rest.starts(with: name) else { continue }
      let value = rest.dropFirst(name.count)
      let digit =
        value.starts(with: "=\"".utf8)
        ? value.dropFirst(2).first : value.first == 0x3E ? value.dropFirst().first : nil
      if let digit, let result = ImageOrientation(rawValue: Int(digit) - 0x30) {
        self = result
        return
      }
    }
    return nil
  }
}
