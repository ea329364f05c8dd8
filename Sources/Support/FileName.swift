/// A file's name or path as the bytes that the system knows it by, which need not be UTF-8.
///
/// Names are equal, sorted and hashed by their bytes; Swift's strings would hold two names for one
/// that differ only in Unicode normalization.
public struct FileName: Hashable, Comparable, Sendable {
  /// Without the final NUL.
  public let bytes: [UInt8]

  private static let slash = UInt8(ascii: "/")

  public init(bytes: some Sequence<UInt8>) { self.bytes = Array(bytes) }

  /// The UTF-8 bytes of a text as they are.
  public init(_ text: String) { bytes = Array(text.utf8) }

  /// `directory/name`.
  public static func / (directory: FileName, name: FileName) -> FileName {
    FileName(bytes: directory.bytes + [slash] + name.bytes)
  }

  public static func < (left: FileName, right: FileName) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// What follows the last slash.
  public var lastComponent: FileName {
    FileName(bytes: bytes.reversed().prefix { $0 != Self.slash }.reversed())
  }

  /// What precedes the last slash; `.` if there is none.
  public var parent: FileName {
    guard let end = bytes.lastIndex(of: Self.slash) else { return FileName(".") }
    return end == 0 ? FileName("/") : FileName(bytes: bytes[..<end])
  }

  /// What precedes the first slash: the whole name if there is none.
  public var firstComponent: FileName { FileName(bytes: bytes.prefix { $0 != Self.slash }) }

  /// What follows the last dot in ASCII lower case; empty if there is none.
  public var kind: String {
    let last = lastComponent.bytes
    guard let dot = last.lastIndex(of: UInt8(ascii: ".")) else { return "" }
    return String(decoding: last[(dot + 1)...], as: UTF8.self).lowercased()
  }

  /// Whether this names something in a folder and nothing outside of it.
  ///
  /// There is no leading slash, no part that is empty, `.` or `..`, no backslash (a separator
  /// elsewhere), no NUL. A slash may be last.
  public var isPlainRelativePath: Bool {
    guard !bytes.isEmpty, !bytes.contains(0), !bytes.contains(UInt8(ascii: "\\")) else {
      return false
    }
    let path = bytes.last == Self.slash ? bytes.dropLast() : bytes[...]
    return path.split(separator: Self.slash, omittingEmptySubsequences: false).allSatisfy {
      !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
    }
  }

  func withCString<Result>(_ body: (UnsafePointer<CChar>) throws -> Result) rethrows -> Result {
    try (bytes.map { CChar(bitPattern: $0) } + [0]).withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("FileName: no terminator") }
      return try body(base)
    }
  }
}
