import Foundation
import Support

/// The header of NumPy's `.npy` files, versions 1 to 3: a dictionary of the type, the order and the
/// shape, of which only literals are read.
struct NPYHeader: Sendable {
  let version: UInt8
  let descriptor: String
  let isFortranOrder: Bool
  let shape: [Int]
  /// Bytes before the numbers.
  let size: Int

  private static let magic: [UInt8] = [0x93] + "NUMPY".utf8
  /// Bytes of a header at most.
  static let sizeLimit = 1 << 16

  /// nil if the bytes are none of such a file.
  init?(_ bytes: [UInt8]) {
    guard bytes.starts(with: Self.magic), bytes.count >= 12, (1...3).contains(bytes[6]) else {
      return nil
    }
    version = bytes[6]
    let start = version == 1 ? 10 : 12
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    size = start + length
    guard size <= min(bytes.count, Self.sizeLimit),
      let text = String(validating: bytes[start..<size], as: UTF8.self)
    else { return nil }
    let spaced = text.trimmingCharacters(in: .whitespacesAndNewlines)
    guard let match = spaced.wholeMatch(of: Self.dictionary()) else { return nil }
    var values: [Substring: Substring] = [:]
    for item in match.output.1.matches(of: Self.item()) { values[item.output.1] = item.output.2 }
    guard values.count == 3, let descriptor = values["descr"], descriptor.first == "'",
      let order = values["fortran_order"], let sides = values["shape"], sides.first == "("
    else { return nil }
    self.descriptor = String(descriptor.dropFirst().dropLast())
    isFortranOrder = order == "True"
    let numbers = sides.dropFirst().dropLast().split(separator: ",")
      .map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    shape = numbers.compactMap { Int($0) }
    guard shape.count == numbers.count else { return nil }
  }

  private static func dictionary() -> Regex<(Substring, Substring)> {
    /\{((?:\s*'\w+'\s*:\s*(?:'[^']*'|True|False|\([0-9, ]*\))\s*,?)*)\s*\}/
  }

  private static func item() -> Regex<(Substring, Substring, Substring)> {
    /'(\w+)'\s*:\s*('[^']*'|True|False|\([0-9, ]*\))/
  }

  /// The bytes of such a header with another number of rows.
  func bytes(rows: Int) -> [UInt8] {
    let sides = ([rows] + shape.dropFirst()).map(String.init)
    let tuple = sides.count == 1 ? "(\(sides[0]),)" : "(\(sides.joined(separator: ", ")))"
    var text = "{'descr': '\(descriptor)', 'fortran_order': \(isFortranOrder ? "True" : "False"), "
    text += "'shape': \(tuple), }"
    let start = version == 1 ? 10 : 12
    // As long as before if it fits, else up to a multiple of 64.
    let needed = start + text.utf8.count + 1
    let total = needed <= size ? size : (needed + 63) / 64 * 64
    text += String(repeating: " ", count: total - needed) + "\n"
    var writer = ByteWriter()
    writer.append(contentsOf: Self.magic + [version, 0])
    if version == 1 {
      writer.append(UInt16(text.utf8.count))
    } else {
      writer.append(UInt32(text.utf8.count))
    }
    writer.append(contentsOf: Array(text.utf8))
    return writer.bytes
  }
}
