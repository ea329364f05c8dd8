/// What a request asks for: the parts of a path, and the items of a query (RFC 3986).
struct RequestTarget: Equatable, Sendable {
  /// Between slashes, decoded.
  let path: [String]
  /// In their order, decoded.
  let query: [Item]

  struct Item: Equatable, Sendable {
    let name: String
    let value: String
  }

  private static let refusal = HTTPFailure(.badRequest, "The address cannot be decoded.")

  init(_ text: some StringProtocol) throws(HTTPFailure) {
    let halves = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    guard let first = halves.first, first.hasPrefix("/"), !text.contains("#") else {
      throw HTTPFailure(.badRequest, "The address of a request begins with a slash.")
    }
    var path: [String] = []
    for part in first.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      path.append(try Self.decoded(part))
    }
    self.path = path
    var query: [Item] = []
    for part in halves.count > 1 ? halves[1].split(separator: "&") : [] {
      let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query.append(
        Item(
          name: try Self.decoded(sides[0], plusIsSpace: true),
          value: try sides.count > 1 ? Self.decoded(sides[1], plusIsSpace: true) : ""))
    }
    self.query = query
  }

  private static func decoded(
    _ text: some StringProtocol, plusIsSpace: Bool = false
  ) throws(HTTPFailure) -> String {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard rest.count >= 2, let high = digit(rest.removeFirst()),
          let low = digit(rest.removeFirst())
        else { throw refusal }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace: bytes.append(32)
      default: bytes.append(byte)
      }
    }
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw refusal
    }
    return text
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
  }
}
