import Foundation

/// An array of numbers as NumPy stores it in a `.npy` file.
///
///     let trigger = try NumPyArray(contentsOf: "trigger.npy")
///     trigger.shape  // [1, 32, 32, 3]
public struct NumPyArray: Equatable, Sendable {
  /// The kinds of numbers that are read.
  public enum Element: String, Sendable {
    case uint8 = "|u1"
    case float32 = "<f4"
    case float64 = "<f8"
  }

  public var shape: [Int]
  /// In row-major order.
  public var values: [Float]
  /// What the numbers were in the file.
  public var element: Element

  /// An array of 32-bit numbers.
  public init(shape: [Int], values: [Float]) {
    precondition(
      shape.reduce(1, *) == values.count, "NumPyArray: \(values.count) values for \(shape)")
    self.shape = shape
    self.values = values
    element = .float32
  }

  private static let magic: [UInt8] = [0x93] + "NUMPY".utf8

  /// Reads a file of uint8, float32 or float64, little-endian and in row-major order.
  ///
  /// Throws `FileError`.
  public init(contentsOf path: String) throws {
    func damaged(_ reason: String) -> FileError {
      .damaged(
        path: path, reason: reason, advice: "save it by numpy.save as uint8, float32 or float64")
    }
    let bytes = try RandomAccessFile.contents(path)
    guard bytes.starts(with: Self.magic), bytes.count > 10 else {
      throw damaged("it is no .npy file")
    }
    // The header's length has 16 bits in version 1, 32 in those after it.
    let lengthSize = bytes[6] == 1 ? 2 : 4
    guard bytes.count >= 8 + lengthSize else { throw damaged("it is cut short") }
    let length = bytes[8..<8 + lengthSize].reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + lengthSize + length
    guard start <= bytes.count else { throw damaged("it is cut short") }
    let header = String(decoding: bytes[8 + lengthSize..<start], as: UTF8.self)
    guard let kind = Self.text(of: "descr", in: header, from: "'", to: "'"),
      let sides = Self.text(of: "shape", in: header, from: "(", to: ")")
    else { throw damaged("its header has no type or shape") }
    guard let element = Element(rawValue: kind) else {
      throw damaged("its numbers are of the type \(kind)")
    }
    guard header.contains("'fortran_order': False") else {
      throw damaged("it is in column-major order")
    }
    let shape = sides.split(separator: ",").map { Int($0.drop { $0 == " " }) ?? -1 }
    var count = 1
    for side in shape {
      let (product, overflows) = count.multipliedReportingOverflow(by: side)
      guard side >= 0, !overflows else { throw damaged("its shape is (\(sides))") }
      count = product
    }
    let body = Array(bytes[start...])
    guard body.count.isMultiple(of: element.size), body.count / element.size == count else {
      throw damaged("it has \(body.count) bytes for the shape (\(sides)) of \(kind)")
    }
    self.shape = shape
    self.element = element
    var reader = ByteReader(body)
    values = (0..<count).map { _ in reader.next(element) }
  }

  /// What stands between two delimiters after a key of the header.
  private static func text(
    of key: String, in header: String, from first: Character, to last: Character
  ) -> String? {
    guard let place = header.range(of: "'\(key)':"),
      let start = header[place.upperBound...].firstIndex(of: first)
    else { return nil }
    let rest = header[start...].dropFirst()
    return rest.firstIndex(of: last).map { String(rest[..<$0]) }
  }

  /// The file's bytes, in version 1 and as float32.
  public var fileBytes: [UInt8] {
    let sides = shape.map { "\($0)," }.joined(separator: " ")
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(sides)), }"
    // Values begin at a multiple of 64.
    let padding = 63 - (10 + header.utf8.count) % 64
    header += String(repeating: " ", count: padding) + "\n"
    var writer = ByteWriter()
    writer.append(contentsOf: Self.magic + [1, 0])
    writer.append(UInt16(header.utf8.count))
    writer.append(contentsOf: Array(header.utf8))
    for value in values { writer.append(value) }
    return writer.bytes
  }
}

extension NumPyArray.Element {
  fileprivate var size: Int {
    switch self {
    case .uint8: 1
    case .float32: 4
    case .float64: 8
    }
  }
}

extension ByteReader {
  /// The next number of an array whose length was checked.
  fileprivate mutating func next(_ element: NumPyArray.Element) -> Float {
    switch element {
    case .uint8: Float(next(UInt8.self) ?? 0)
    case .float32: next(Float.self) ?? 0
    case .float64: Float(Double(bitPattern: next(UInt64.self) ?? 0))
    }
  }
}
