/// Reads requests from a connection, one after another.
final class RequestReader {
  private let connection: TCPConnection
  /// What has come and was not taken yet.
  private var pending: [UInt8] = []
  /// Bytes of the body that were not taken yet.
  private(set) var bodyLeft = 0
  /// Whether the other side waits to be told that its body is wanted.
  private var awaitsGoAhead = false
  /// Whether the body came too slowly or not at all.
  private var isBroken = false

  /// How long the other side may be silent between requests, within a head, and within a body.
  private static let idle = Duration.seconds(30)
  private static let headTime = Duration.seconds(10)
  private static let bodyTime = Duration.seconds(60)

  init(_ connection: TCPConnection) { self.connection = connection }

  /// The next request's head; nil once the other side has ended, or was silent for long.
  ///
  /// - Throws: `HTTPFailure` for what is no request, `TCPConnection.Failure`.
  func head() throws -> RequestHead? {
    var deadline = ContinuousClock.now + (pending.isEmpty ? Self.idle : Self.headTime)
    var searched = 0
    while true {
      // Empty lines before a request are skipped (RFC 9112, section 2.2).
      while searched == 0, pending.starts(with: [13, 10]) { pending.removeFirst(2) }
      if let end = Self.emptyLine(in: pending, from: max(0, searched - 3)) {
        guard end <= RequestHead.mostBytes else { break }
        let head = try RequestHead(pending[..<end])
        pending.removeFirst(end + 4)
        bodyLeft = head.contentLength ?? 0
        awaitsGoAhead = bodyLeft > 0 && head.fields["expect"]?.lowercased() == "100-continue"
        return head
      }
      searched = pending.count
      guard searched <= RequestHead.mostBytes else { break }
      let isFirst = pending.isEmpty
      do {
        let bytes = try connection.read(4096, until: deadline)
        guard !bytes.isEmpty else {
          if isFirst { return nil }
          throw HTTPFailure(.badRequest, "The request ends before its empty line.")
        }
        pending += bytes
      } catch TCPConnection.Failure.late {
        if isFirst { return nil }
        throw HTTPFailure(.requestTimeout, "The request did not come within 10 seconds.")
      }
      if isFirst { deadline = .now + Self.headTime }
    }
    throw HTTPFailure(.headTooLarge, "Send a head of at most \(RequestHead.mostBytes) bytes.")
  }

  /// A further part of the body; nil after its end.
  ///
  /// - Throws: `HTTPFailure` if it comes too slowly or is cut short, `TCPConnection.Failure`.
  func body() throws -> [UInt8]? {
    guard bodyLeft > 0 else { return nil }
    if awaitsGoAhead {
      awaitsGoAhead = false
      try connection.write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
    }
    var part = Array(pending.prefix(bodyLeft))
    pending.removeFirst(part.count)
    if part.isEmpty {
      isBroken = true
      do {
        part = try connection.read(min(bodyLeft, 1 << 18), until: .now + Self.bodyTime)
      } catch TCPConnection.Failure.late {
        throw HTTPFailure(.requestTimeout, "Nothing of the body came for 60 seconds.")
      }
      guard !part.isEmpty else { throw HTTPFailure(.badRequest, "The body is cut short.") }
      isBroken = false
    }
    bodyLeft -= part.count
    return part
  }

  /// Takes what is left of a short body, so that another request can follow; false if it is long,
  /// or perhaps not sent at all.
  func skipBody() throws -> Bool {
    guard bodyLeft <= 1 << 16, !awaitsGoAhead, !isBroken else { return false }
    while try body() != nil {}
    return true
  }

  private static func emptyLine(in bytes: [UInt8], from start: Int) -> Int? {
    guard bytes.count >= 4 else { return nil }
    return (start...max(start, bytes.count - 4)).first {
      $0 + 4 <= bytes.count && bytes[$0] == 13 && bytes[$0 + 1] == 10 && bytes[$0 + 2] == 13
        && bytes[$0 + 3] == 10
    }
  }
}
