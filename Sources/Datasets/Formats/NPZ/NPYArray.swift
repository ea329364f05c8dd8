import Support

/// An array in NumPy's form, in a file or a member of an archive, unpacked and in row-major order.
struct NPYArray: Sendable {
  let header: NPYHeader
  /// Numbers; of an array of texts, their codes as `<u4`.
  let numbers: NumberArray
  let holdsText: Bool

  /// Bytes of an array in column-major order at most, which is turned in memory.
  private static let turningLimit = 1 << 30

  /// Reads an array; `file` has nothing else in it.
  ///
  /// - Throws: `FileError.damaged` for what is no array of numbers or short texts.
  init(_ file: RandomAccessFile, path: String) throws {
    let beginning = try file.bytes(at: 0, count: min(file.size, NPYHeader.sizeLimit))
    let layout = try Self.layout(beginning, size: file.size, path: path)
    header = layout.header
    holdsText = layout.header.shape != layout.shape
    let stored = NumberArray(
      file: file, offset: header.size, type: layout.type, shape: layout.shape, path: path)
    guard header.isFortranOrder, layout.shape.count > 1 else {
      numbers = stored
      return
    }
    guard file.size <= Self.turningLimit else {
      throw FileError.damaged(
        path: path, reason: "it is in column-major order, with more than 1 GiB",
        advice: "save it in row-major order (numpy.ascontiguousarray)")
    }
    numbers = try stored.turned(from: layout.shape.reversed())
  }

  /// The type and shape of the numbers, of which there must be as many as fill `size` bytes; texts
  /// are rows of their letters' codes.
  static func layout(
    _ beginning: [UInt8], size: Int, path: String
  ) throws -> (header: NPYHeader, type: NumberType, shape: [Int]) {
    func damaged(_ reason: String) -> FileError {
      .damaged(path: path, reason: reason, advice: "save it by numpy.save with plain numbers")
    }
    guard let header = NPYHeader(beginning) else { throw damaged("it has no header of NumPy's") }
    var shape = header.shape
    let type: NumberType
    let letters = Array(header.descriptor)
    if letters.count > 2, letters[1] == "U", shape.count == 1,
      let length = Int(String(letters[2...])), (1...4096).contains(length)
    {
      type = NumberType(.unsigned, 4, isBigEndian: letters[0] == ">")
      shape.append(length)
    } else if let found = NumberType(descriptor: header.descriptor) {
      type = found
    } else {
      throw damaged(
        letters.contains("O")
          ? "it holds Python objects, which are never unpickled"
          : "its numbers are of the type \(header.descriptor)")
    }
    guard !shape.isEmpty, let bytes = NumberArray.byteCount(shape, size: type.size),
      bytes == size - header.size
    else { throw damaged("it has \(size - header.size) bytes for the shape \(header.shape)") }
    return (header, type, shape)
  }

  /// Writes the array as a file, with other numbers or some rows only.
  func write(
    _ changed: NumberArray?, keeping kept: [Int]?, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rows = changed ?? numbers
    try header.bytes(rows: kept?.count ?? rows.rowCount).withUnsafeBytes(body)
    guard header.isFortranOrder, rows.shape.count > 1 else {
      return try rows.write(keeping: kept, body)
    }
    if kept != nil {
      let file = try TemporaryFile.make { try rows.write(keeping: kept, $0.append) }
      rows = NumberArray(
        file: file, offset: 0, type: rows.type,
        shape: [kept?.count ?? 0] + rows.shape.dropFirst(), path: rows.path)
    }
    try rows.turned(from: rows.shape).write(keeping: nil, body)
  }

  /// The texts of an array of texts.
  func texts() throws -> [String] {
    var texts: [String] = []
    var scalars = String.UnicodeScalarView()
    var place = 0
    try numbers.forEachBlock { codes in
      for code in codes {
        if code > 0, let scalar = Unicode.Scalar(UInt32(clamping: Int(code))) {
          scalars.append(scalar)
        }
        place += 1
        if place == numbers.width {
          texts.append(String(scalars))
          scalars = String.UnicodeScalarView()
          place = 0
        }
      }
    }
    return texts
  }
}

extension NumberArray {
  /// The numbers in the opposite order of axes; `stored` is the shape that they have in the file.
  ///
  /// Where they lie in column-major order, that is the shape reversed, and the result is in
  /// row-major order; and the other way round.
  fileprivate func turned(from stored: [Int]) throws -> NumberArray {
    let bytes = try file.bytes(at: offset, count: rowCount * rowSize)
    let size = type.size
    // Steps in the result for each axis of what is stored.
    var steps = [Int](repeating: 0, count: stored.count)
    var step = size
    for axis in stored.indices {
      steps[axis] = step
      step *= stored[axis]
    }
    var index = [Int](repeating: 0, count: stored.count)
    var target = 0
    let result = [UInt8](unsafeUninitializedCapacity: bytes.count) { buffer, filled in
      for source in stride(from: 0, to: bytes.count, by: size) {
        for byte in 0..<size { buffer[target + byte] = bytes[source + byte] }
        for axis in stored.indices.reversed() {
          index[axis] += 1
          target += steps[axis]
          if index[axis] < stored[axis] { break }
          target -= steps[axis] * stored[axis]
          index[axis] = 0
        }
      }
      filled = bytes.count
    }
    let file = try TemporaryFile.make { try $0.append(result) }
    return NumberArray(file: file, offset: 0, type: type, shape: shape, path: path)
  }
}
