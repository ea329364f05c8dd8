import Support

/// An answer to a request.
struct HTTPAnswer {
  /// Gives a part at each call: none at all while there is nothing to tell, nil after the end.
  typealias Parts = () throws -> [UInt8]?

  /// What follows the header fields.
  enum Body {
    case bytes([UInt8])
    /// So many bytes, or as many as there are.
    case parts(count: Int?, Parts)
  }

  let status: HTTPStatus
  let fields: [HTTPField]
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
  static func failure(_ error: any Error) -> HTTPAnswer {
    // Other errors may name files, which are nobody's business.
    let failure =
      error as? HTTPFailure
      ?? HTTPFailure(.internalServerError, "The service failed; try again.")
    let text = (try? JSONText.line(["error": failure.message])) ?? "{}"
    return HTTPAnswer(
      failure.status, "application/json", fields: failure.headers, .bytes(Array((text + "\n").utf8))
    )
  }
}
