import CMicroHTTPD
import CService
import Foundation
import Synchronization

/// An HTTP/1.1 server by GNU libmicrohttpd, with a thread for each connection, so that handlers may
/// wait.
final class HTTPServer: Sendable {
  typealias Handler = @Sendable (HTTPRequest) throws -> HTTPReply

  let port: UInt16
  private let context: Context
  private let daemon: Mutex<OpaquePointer?>

  /// What the library's callbacks are given.
  private final class Context: Sendable {
    let handler: Handler
    let isStopping = Atomic(false)

    init(_ handler: @escaping Handler) { self.handler = handler }
  }

  /// Seconds that a client may be silent, or take nothing.
  private static let idleSeconds: UInt32 = 30
  /// Bytes that are kept for a connection, which bound a request's head.
  private static let connectionBytes = 1 << 16

  /// Serves until it is stopped.
  ///
  /// - Parameters:
  ///   - address: a number, such as 127.0.0.1 or ::1.
  ///   - port: 0 for any that is free.
  ///   - mostConnections: further ones wait.
  ///   - handler: answers a request; an error that is no `HTTPFailure` becomes a plain 500.
  /// - Throws: `ServiceError.address`
  init(
    address: String, port: UInt16, mostConnections: Int, certificate: ServiceCertificate? = nil,
    handler: @escaping Handler
  ) throws {
    guard let place = SocketAddress(address, port: port) else {
      throw ServiceError.address(address, "it is no address such as 127.0.0.1 or ::1")
    }
    guard certificate == nil || MHD_is_feature_supported(.FEATURE_TLS) == .YES else {
      throw ServiceError.address(address, "libmicrohttpd was built without TLS")
    }
    let context = Context(handler)
    self.context = context
    var message = [CChar](repeating: 0, count: 256)
    let daemon = place.withPointer { place in
      elixir_start_server(
        place, UInt32(mostConnections), Self.idleSeconds, Self.connectionBytes,
        certificate?.certificate, certificate?.key, Self.proceed, Self.end,
        Unmanaged.passUnretained(context).toOpaque(), &message, message.count)
    }
    guard let daemon else {
      let reason = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
      throw ServiceError.address(
        "\(address), port \(port)", reason.trimmingCharacters(in: .whitespacesAndNewlines))
    }
    self.port = elixir_server_port(daemon)
    self.daemon = Mutex(daemon)
  }

  deinit { stop() }

  /// Ends all connections, after handlers that are at work.
  func stop() {
    context.isStopping.store(true, ordering: .relaxed)
    daemon.withLock { daemon in
      if let daemon { MHD_stop_daemon(daemon) }
      daemon = nil
    }
  }

  /// Called with a request's head, with each part of its body, and after its end.
  private static let proceed: MHD_AccessHandlerCallback = {
    context, connection, path, method, _, bytes, count, state in
    guard let context, let connection, let method, let count, let state else { return .NO }
    if let known = state.pointee {
      let exchange = Unmanaged<HTTPExchange>.fromOpaque(known).takeUnretainedValue()
      guard count.pointee > 0 else { return exchange.finish(connection) }
      exchange.take(UnsafeRawBufferPointer(start: bytes, count: count.pointee))
      count.pointee = 0
      return .YES
    }
    let server = Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
    let exchange = HTTPExchange(
      handler: server.handler, isStopping: { server.isStopping.load(ordering: .relaxed) })
    state.pointee = Unmanaged.passRetained(exchange).toOpaque()
    return exchange.begin(
      connection, method: String(cString: method),
      path: path.flatMap { String(validatingCString: $0) })
  }

  /// Called when a request is over, however it ended.
  private static let end: MHD_RequestCompletedCallback = { _, _, state, _ in
    guard let known = state?.pointee else { return }
    Unmanaged<HTTPExchange>.fromOpaque(known).release()
    state?.pointee = nil
  }
}
