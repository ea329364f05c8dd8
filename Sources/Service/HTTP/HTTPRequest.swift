import CMicroHTTPD

/// A request but for its body.
struct HTTPRequest {
  let method: String
  /// Between slashes, decoded.
  let path: [String]
  /// In their order, decoded.
  let query: [(name: String, value: String)]
  /// By their names in lower case.
  let fields: [String: String]
  /// Bytes of the body.
  let contentLength: Int?

  var hasBody: Bool { contentLength ?? 0 > 0 || fields["transfer-encoding"] != nil }

  /// Fields that say where a body ends or who asks, and must not be there twice: a proxy might take
  /// the other one.
  private static let single: Set = ["host", "content-length", "transfer-encoding", "authorization"]

  /// Reads what the library knows of a request.
  init(_ connection: OpaquePointer, method: String, path: String?) throws(HTTPFailure) {
    guard let path, path.hasPrefix("/") else { throw Self.undecodable }
    self.method = method
    self.path = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
      .map(String.init)
    query = try Self.values(connection, .GET_ARGUMENT_KIND)
    var fields: [String: String] = [:]
    for (name, value) in try Self.values(connection, .HEADER_KIND) {
      let name = name.lowercased()
      guard fields[name] == nil || !Self.single.contains(name) else {
        throw HTTPFailure(.badRequest, "\(name) is there twice.")
      }
      fields[name] = fields[name].map { $0 + ", " + value } ?? value
    }
    self.fields = fields
    contentLength = try fields["content-length"].map { text throws(HTTPFailure) in
      guard text.utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(text),
        fields["transfer-encoding"] == nil
      else { throw HTTPFailure(.badRequest, "Content-Length cannot be used.") }
      return length
    }
  }

  private static let undecodable = HTTPFailure(.badRequest, "The request cannot be decoded.")

  private static func values(
    _ connection: OpaquePointer, _ kind: MHD_ValueKind
  ) throws(HTTPFailure) -> [(name: String, value: String)] {
    var texts: [(name: String?, value: String?)] = []
    withUnsafeMutablePointer(to: &texts) { texts in
      _ = MHD_get_connection_values_n(
        connection, kind,
        { texts, _, name, nameCount, value, valueCount in
          texts?.assumingMemoryBound(to: [(name: String?, value: String?)].self).pointee.append(
            (HTTPRequest.text(name, nameCount), HTTPRequest.text(value, valueCount)))
          return .YES
        }, texts)
    }
    var values: [(name: String, value: String)] = []
    for case (let name, let value) in texts {
      guard let name, let value else { throw undecodable }
      values.append((name, value))
    }
    return values
  }

  /// Nil for what is not UTF-8, or has a zero in it.
  private static func text(_ start: UnsafePointer<CChar>?, _ count: Int) -> String? {
    let bytes = UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count)
    return bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }
}
