import Support

extension FileName {
  /// The same path with another ending.
  func withKind(_ kind: String) -> FileName {
    let last = lastComponent.bytes
    let stem = last.lastIndex(of: UInt8(ascii: ".")).map { Array(last[..<$0]) } ?? last
    let name = FileName(bytes: stem + Array(".\(kind)".utf8))
    return bytes.contains(UInt8(ascii: "/")) ? parent / name : name
  }

  /// The first of this path, `prefix-name`, `prefix-2-name` … that is not taken yet, which then is.
  func claimed(from taken: inout Set<FileName>, prefix: FileName) -> FileName {
    var name = self
    var attempt = 1
    while !taken.insert(name).inserted {
      let number = attempt == 1 ? "-" : "-\(attempt)-"
      let last = FileName(bytes: prefix.bytes + Array(number.utf8) + lastComponent.bytes)
      name = bytes.contains(UInt8(ascii: "/")) ? parent / last : last
      attempt += 1
    }
    return name
  }
}
