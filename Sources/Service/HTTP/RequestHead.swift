/// The request line and the header fields of a request (RFC 9112, sections 2 to 5), of which
/// everything that servers might understand differently is refused.
struct RequestHead: Equatable, Sendable {
  let method: String
  let target: RequestTarget
  /// By their names in lower case.
  let fields: [String: String]
  /// Bytes of the body.
  let contentLength: Int?
  /// Whether another request may follow.
  let keepsAlive: Bool

  static let mostBytes = 16_384
  private static let mostFields = 100
  /// Fields that must not be there twice.
  private static let single: Set = ["host", "content-length", "authorization", "expect"]

  /// - Parameter bytes: all up to the empty line, which is left out.
  init(_ bytes: some Sequence<UInt8>) throws(HTTPFailure) {
    let lines = try Self.lines(Array(bytes))
    let parts = lines[0].split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 3, Self.isToken(parts[0]) else {
      throw HTTPFailure(.badRequest, "The request line is not 'METHOD /path HTTP/1.1'.")
    }
    guard ["HTTP/1.1", "HTTP/1.0"].contains(parts[2]) else {
      throw parts[2].hasPrefix("HTTP/")
        ? HTTPFailure(.versionNotSupported, "Use HTTP/1.1.")
        : HTTPFailure(.badRequest, "The request line is not 'METHOD /path HTTP/1.1'.")
    }
    method = String(parts[0])
    target = try RequestTarget(parts[1])
    fields = try Self.fields(lines.dropFirst())
    let isFirstVersion = parts[2] == "HTTP/1.0"
    guard isFirstVersion || fields["host"] != nil else {
      throw HTTPFailure(.badRequest, "The request names no Host.")
    }
    guard fields["transfer-encoding"] == nil else {
      throw HTTPFailure(.lengthRequired, "Send the body with its size (Content-Length).")
    }
    contentLength = try fields["content-length"].map { text throws(HTTPFailure) in
      guard text.count <= 15, text.utf8.allSatisfy(Self.isDigit), let length = Int(text) else {
        throw HTTPFailure(.badRequest, "Content-Length is no number.")
      }
      return length
    }
    let connection = (fields["connection"] ?? "").lowercased()
    keepsAlive = isFirstVersion ? connection == "keep-alive" : !connection.contains("close")
  }

  /// Lines end with CR LF; no other control character is in them but tabs, and all is ASCII.
  private static func lines(_ bytes: [UInt8]) throws(HTTPFailure) -> [Substring] {
    let refusal = HTTPFailure(.badRequest, "The request has characters that are not allowed.")
    var lines: [Substring] = []
    var line: [UInt8] = []
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == 13 {
        guard position + 1 < bytes.count, bytes[position + 1] == 10 else { throw refusal }
        lines.append(Substring(String(decoding: line, as: UTF8.self)))
        line = []
        position += 2
        continue
      }
      guard byte == 9 || (32..<127).contains(byte) else { throw refusal }
      line.append(byte)
      position += 1
    }
    lines.append(Substring(String(decoding: line, as: UTF8.self)))
    return lines
  }

  private static func fields(
    _ lines: some Sequence<Substring>
  ) throws(HTTPFailure) -> [String: String] {
    var fields: [String: String] = [:]
    var count = 0
    for line in lines {
      count += 1
      guard count <= mostFields else {
        throw HTTPFailure(.headTooLarge, "Send at most \(mostFields) header fields.")
      }
      let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2, isToken(parts[0]) else {
        throw HTTPFailure(.badRequest, "A header field is not 'Name: value'.")
      }
      let name = parts[0].lowercased()
      let value = String(parts[1].trimming { $0 == " " || $0 == "\t" })
      guard let earlier = fields[name] else {
        fields[name] = value
        continue
      }
      guard !single.contains(name) else {
        throw HTTPFailure(.badRequest, "\(parts[0]) is there twice.")
      }
      fields[name] = earlier + ", " + value
    }
    return fields
  }

  /// RFC 9110, section 5.6.2.
  private static func isToken(_ text: Substring) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        isDigit(byte) || (65...90).contains(byte) || (97...122).contains(byte)
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}

extension Substring {
  fileprivate func trimming(_ isSpace: (Character) -> Bool) -> Substring {
    var rest = drop(while: isSpace)
    while let last = rest.last, isSpace(last) { rest.removeLast() }
    return rest
  }
}
