import Foundation

/// Numbers and strings within the instructions.
extension PickleMachine {
  mutating func byte() throws(PickleFailure) -> UInt8 {
    guard position < bytes.count else { throw PickleFailure("the pickle ends without STOP") }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func take(_ count: Int) throws(PickleFailure) -> [UInt8] {
    guard count <= bytes.count - position else {
      throw PickleFailure(
        "byte \(position) claims \(count) bytes where \(bytes.count - position) are left")
    }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }

  /// A little-endian number of up to 8 bytes, below 2^63.
  mutating func unsigned(_ size: Int) throws(PickleFailure) -> Int {
    let pattern = try take(size).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard let value = Int(exactly: pattern) else {
      throw PickleFailure("the number \(pattern) at byte \(position - size)")
    }
    return value
  }

  /// A length, which the bytes that are left must hold.
  mutating func length(of size: Int) throws(PickleFailure) -> Int {
    let length = try unsigned(size)
    guard length <= bytes.count - position else {
      throw PickleFailure(
        "byte \(position - size) claims \(length) bytes where \(bytes.count - position) are left")
    }
    return length
  }

  /// Up to the end of the line, which is skipped.
  mutating func line() throws(PickleFailure) -> [UInt8] {
    guard let end = bytes[position...].firstIndex(of: 0x0A) else {
      throw PickleFailure("a line that does not end at byte \(position)")
    }
    defer { position = end + 1 }
    return Array(bytes[position..<end])
  }

  mutating func decimal() throws(PickleFailure) -> Int {
    let digits = try line()
    guard let value = Int(String(decoding: digits, as: UTF8.self)), value >= 0 else {
      throw PickleFailure("a memo index that is no number at byte \(position - 1)")
    }
    return value
  }

  func text(_ bytes: [UInt8]) throws(PickleFailure) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw PickleFailure("text that is not UTF-8 before byte \(position)")
    }
    return text
  }

  mutating func number(_ opcode: PickleOpcode) throws(PickleFailure) -> PickleValue {
    switch opcode {
    case .binint: return .integer(Int(Int32(truncatingIfNeeded: try unsigned(4))))
    case .binint1: return .integer(try unsigned(1))
    case .binint2: return .integer(try unsigned(2))
    case .long1: return integer(try take(try length(of: 1)))
    case .long4: return integer(try take(try length(of: 4)))
    case .binfloat:
      let pattern = try take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return .number(Double(bitPattern: pattern))
    case .float:
      let text = String(decoding: try line(), as: UTF8.self)
      guard let value = Double(text) else {
        throw PickleFailure("a number that is none before byte \(position)")
      }
      return .number(value)
    default:
      var text = String(decoding: try line(), as: UTF8.self)
      if opcode == .int, text == "00" || text == "01" { return .bool(text == "01") }
      if opcode == .long, text.hasSuffix("L") { text.removeLast() }
      guard let value = Int(text) else {
        throw PickleFailure("an integer that is none, or beyond 64 bits, before byte \(position)")
      }
      return .integer(value)
    }
  }

  /// Two's complement, little-endian.
  private func integer(_ bytes: [UInt8]) -> PickleValue {
    guard bytes.count <= 8 else { return .largeInteger(bytes) }
    let pattern = bytes.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let unused = 64 - 8 * bytes.count
    return .integer(
      bytes.isEmpty ? 0 : Int(Int64(bitPattern: pattern << UInt64(unused)) >> Int64(unused)))
  }

  mutating func string(_ opcode: PickleOpcode) throws(PickleFailure) -> PickleValue {
    switch opcode {
    case .shortBinstring, .shortBinbytes: return .bytes(try take(try length(of: 1)))
    case .binstring, .binbytes: return .bytes(try take(try length(of: 4)))
    case .binbytes8, .bytearray8: return .bytes(try take(try length(of: 8)))
    case .shortBinunicode: return .text(try text(try take(try length(of: 1))))
    case .binunicode: return .text(try text(try take(try length(of: 4))))
    case .binunicode8: return .text(try text(try take(try length(of: 8))))
    case .unicode: return .text(try unescapedText(try line()))
    default: return .bytes(try unescapedString(try line()))
    }
  }

  /// Python's raw-unicode-escape: Latin-1 with `\uXXXX` and `\UXXXXXXXX`.
  private func unescapedText(_ line: [UInt8]) throws(PickleFailure) -> String {
    var result = String.UnicodeScalarView()
    var index = 0
    while index < line.count {
      let digits =
        line[index] != 0x5C || index + 1 == line.count
        ? 0
        : line[index + 1] == UInt8(ascii: "u") ? 4 : line[index + 1] == UInt8(ascii: "U") ? 8 : 0
      if digits == 0 {
        result.append(Unicode.Scalar(line[index]))
        index += 1
      } else {
        let code = line.dropFirst(index + 2).prefix(digits)
        guard code.count == digits,
          let number = UInt32(String(decoding: code, as: UTF8.self), radix: 16),
          let scalar = Unicode.Scalar(number)
        else { throw PickleFailure("text with an escape that is none before byte \(position)") }
        result.append(scalar)
        index += 2 + digits
      }
    }
    return String(result)
  }

  /// A quoted string as Python 2 shows it.
  private func unescapedString(_ line: [UInt8]) throws(PickleFailure) -> [UInt8] {
    let failure = PickleFailure("a quoted string that is none before byte \(position)")
    guard line.count >= 2, let quote = line.first, quote == line.last,
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { throw failure }
    let escapes: [UInt8: UInt8] = [
      UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
      UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "'"): 0x27, UInt8(ascii: "\""): 0x22,
    ]
    var result: [UInt8] = []
    var rest = line.dropFirst().dropLast()
    while let next = rest.popFirst() {
      guard next == 0x5C else {
        result.append(next)
        continue
      }
      guard let escape = rest.popFirst() else { throw failure }
      if escape == UInt8(ascii: "x") {
        guard rest.count >= 2,
          let byte = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        else { throw failure }
        result.append(byte)
        rest = rest.dropFirst(2)
      } else if let byte = escapes[escape] {
        result.append(byte)
      } else {
        throw failure
      }
    }
    return result
  }
}
