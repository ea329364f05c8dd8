import Foundation
import Synchronization

/// An HTTP/1.1 server of few parts: a thread for each connection, of which there are so many at
/// most, and limits on what a client can make it keep or wait for.
final class HTTPServer: Sendable {
  typealias Handler = @Sendable (RequestHead, RequestReader) throws -> HTTPAnswer

  let port: UInt16
  private let listener: TCPListener
  private let handler: Handler
  private let mostConnections: Int
  private let connections = Mutex(0)

  /// - Parameters:
  ///   - mostConnections: further ones are answered with 503.
  ///   - handler: answers a request; an error that is no `HTTPFailure` becomes a plain 500.
  init(
    address: String, port: UInt16, mostConnections: Int, handler: @escaping Handler
  ) throws {
    listener = try TCPListener(address: address, port: port)
    self.port = listener.port
    self.mostConnections = mostConnections
    self.handler = handler
  }

  /// Serves on threads of its own until it is stopped.
  func start() {
    Self.detach { [self] in
      while let connection = listener.accept() {
        let isFree = connections.withLock { count in
          guard count < mostConnections else { return false }
          count += 1
          return true
        }
        guard isFree else {
          refuse(connection)
          continue
        }
        Self.detach { [self] in
          serve(connection)
          connections.withLock { $0 -= 1 }
        }
      }
    }
  }

  /// Takes no further connections.
  func stop() { listener.stop() }

  private func refuse(_ connection: TCPConnection) {
    let answer = HTTPAnswer.failure(
      HTTPFailure(
        .serviceUnavailable, "Too many connections; try again.",
        headers: [HTTPField("Retry-After", "1")]))
    try? answer.send(to: connection, keepsAlive: false)
  }

  private func serve(_ connection: TCPConnection) {
    let reader = RequestReader(connection)
    do {
      while let head = try Self.head(reader, connection) {
        let answer = answer(head, reader)
        var keepsAlive = head.keepsAlive
        if case .endless = answer.body { keepsAlive = false }
        if keepsAlive { keepsAlive = try reader.skipBody() }
        try answer.send(to: connection, keepsAlive: keepsAlive)
        guard keepsAlive else { break }
      }
    } catch {
      // Whoever has gone hears nothing, and whoever is cut short notices by the count.
    }
    connection.finish()
  }

  /// The next request; what is none is answered here, and ends the connection.
  private static func head(
    _ reader: RequestReader, _ connection: TCPConnection
  ) throws -> RequestHead? {
    do {
      return try reader.head()
    } catch let failure as HTTPFailure {
      try HTTPAnswer.failure(failure).send(to: connection, keepsAlive: false)
      return nil
    }
  }

  private func answer(_ head: RequestHead, _ reader: RequestReader) -> HTTPAnswer {
    do {
      return try handler(head, reader)
    } catch let failure as HTTPFailure {
      return .failure(failure)
    } catch {
      // What went wrong may name files, which are nobody's business.
      return .failure(HTTPFailure(.internalServerError, "The service failed; try again."))
    }
  }

  private static func detach(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 1 << 20
    thread.start()
  }
}
