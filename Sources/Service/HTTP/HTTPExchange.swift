import CMicroHTTPD

/// A request and what becomes of it, on the thread of its connection.
final class HTTPExchange {
  private let handler: HTTPServer.Handler
  private var reply: HTTPReply?
  private let isStopping: () -> Bool

  init(handler: @escaping HTTPServer.Handler, isStopping: @escaping () -> Bool) {
    self.handler = handler
    self.isStopping = isStopping
  }

  /// The head has come.
  ///
  /// What needs no body is answered at once if there is one: the library then leaves it unread, and
  /// closes the connection.
  func begin(_ connection: OpaquePointer, method: String, path: String?) -> MHD_Result {
    var hasBody = true
    let reply: HTTPReply
    do {
      let request = try HTTPRequest(connection, method: method, path: path)
      hasBody = request.hasBody
      reply = try handler(request)
    } catch {
      reply = .answer(.failure(error))
    }
    if hasBody, case .answer(let answer) = reply { return send(answer, connection) }
    self.reply = reply
    return .YES
  }

  /// A part of the body has come.
  func take(_ bytes: UnsafeRawBufferPointer) {
    guard case .upload(let take, _) = reply else { return }
    do { try take(Array(bytes)) } catch { reply = .answer(.failure(error)) }
  }

  /// All has come.
  func finish(_ connection: OpaquePointer) -> MHD_Result {
    defer { reply = nil }
    switch reply {
    case .answer(let answer): return send(answer, connection)
    case .upload(_, let finish):
      do { return send(try finish(), connection) } catch {
        return send(.failure(error), connection)
      }
    // It was answered before.
    case nil: return .YES
    }
  }

  private func send(_ answer: HTTPAnswer, _ connection: OpaquePointer) -> MHD_Result {
    guard let response = response(answer.body) else { return .NO }
    defer { MHD_destroy_response(response) }
    for field in answer.fields { MHD_add_response_header(response, field.name, field.value) }
    return MHD_queue_response(connection, answer.status.rawValue, response)
  }

  private func response(_ body: HTTPAnswer.Body) -> OpaquePointer? {
    switch body {
    case .bytes(var bytes):
      MHD_create_response_from_buffer(bytes.count, &bytes, .RESPMEM_MUST_COPY)
    case .parts(let count, let parts):
      MHD_create_response_from_callback(
        count.map(UInt64.init) ?? .max, 1 << 16,
        { body, _, buffer, count in
          guard let body, let buffer else { return HTTPBody.Outcome.failed }
          return Unmanaged<HTTPBody>.fromOpaque(body).takeUnretainedValue().fill(
            UnsafeMutableRawBufferPointer(start: buffer, count: count))
        },
        Unmanaged.passRetained(HTTPBody(parts, isStopping: isStopping)).toOpaque(),
        { body in if let body { Unmanaged<HTTPBody>.fromOpaque(body).release() } })
    }
  }
}
