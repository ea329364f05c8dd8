import Support

/// An answer to a request.
struct HTTPAnswer {
  /// What follows the header fields.
  enum Body {
    case bytes([UInt8])
    /// So many bytes, which are written part by part.
    case stream(count: Int, (_ write: ([UInt8]) throws -> Void) throws -> Void)
    /// As many bytes as there are until the connection is closed.
    case endless((_ write: ([UInt8]) throws -> Void) throws -> Void)
  }

  let status: HTTPStatus
  var fields: [HTTPField]
  let body: Body

  init(_ status: HTTPStatus, _ type: String? = nil, fields: [HTTPField] = [], _ body: Body) {
    self.status = status
    self.fields =
      (type.map { [HTTPField("Content-Type", $0)] } ?? [])
      // Nobody in between keeps it, or takes it for something else.
      + [HTTPField("Cache-Control", "no-store"), HTTPField("X-Content-Type-Options", "nosniff")]
      + fields
    self.body = body
  }

  static func json(
    _ status: HTTPStatus, _ value: some Encodable, fields: [HTTPField] = []
  ) throws -> HTTPAnswer {
    HTTPAnswer(
      status, "application/json", fields: fields,
      .bytes(Array((try JSONText.line(value) + "\n").utf8)))
  }

  /// What is wrong, as `{"error": …}`.
  static func failure(_ failure: HTTPFailure) -> HTTPAnswer {
    let text = (try? JSONText.line(["error": failure.message])) ?? "{}"
    return HTTPAnswer(
      failure.status, "application/json", fields: failure.headers, .bytes(Array((text + "\n").utf8))
    )
  }

  /// Sends it; the connection is to be closed afterwards unless `keepsAlive`.
  func send(to connection: TCPConnection, keepsAlive: Bool) throws {
    var fields = fields
    switch body {
    case .bytes(let bytes) where status != .noContent:
      fields.append(HTTPField("Content-Length", "\(bytes.count)"))
    case .stream(let count, _): fields.append(HTTPField("Content-Length", "\(count)"))
    case .bytes, .endless: break
    }
    fields.append(HTTPField("Date", HTTPDate.now))
    fields.append(HTTPField("Connection", keepsAlive ? "keep-alive" : "close"))
    let head =
      "HTTP/1.1 \(status.rawValue) \(status.phrase)\r\n"
      + fields.map { "\($0.name): \($0.value)\r\n" }.joined() + "\r\n"
    switch body {
    case .bytes(let bytes): try connection.write(Array(head.utf8) + bytes)
    case .stream(_, let body), .endless(let body):
      try connection.write(Array(head.utf8))
      try body { try connection.write($0) }
    }
  }
}
