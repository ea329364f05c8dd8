import CService
import Foundation

/// A socket that takes connections.
final class TCPListener: Sendable {
  private let descriptor: Int32
  /// The port, also where any was asked for.
  let port: UInt16

  /// - Parameters:
  ///   - address: a number, such as 127.0.0.1 or ::1.
  ///   - port: 0 for any that is free.
  /// - Throws: `ServiceError.address`
  init(address: String, port: UInt16) throws {
    guard let place = SocketAddress(address, port: port) else {
      throw ServiceError.address(address, "it is no address such as 127.0.0.1 or ::1")
    }
    let descriptor = socket(
      place.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw Self.failure(address) }
    do {
      var on: Int32 = 1
      setsockopt(
        descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
      guard place.withPointer({ bind(descriptor, $0, $1) }) == 0, listen(descriptor, 128) == 0
      else {
        throw Self.failure("\(address), port \(port)")
      }
      self.port = try Self.port(of: descriptor, address)
    } catch {
      close(descriptor)
      throw error
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// Waits for the next connection; nil once the listener was stopped.
  func accept() -> TCPConnection? {
    while true {
      let connected = elixir_accept(descriptor)
      if connected >= 0 { return TCPConnection(connected) }
      switch errno {
      case EINVAL, EBADF: return nil
      // Until others have closed theirs.
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(50_000)
      default: continue
      }
    }
  }

  /// Lets `accept` return, and refuses all further connections.
  func stop() { shutdown(descriptor, Int32(SHUT_RDWR)) }

  private static func port(of descriptor: Int32, _ address: String) throws -> UInt16 {
    var bound = sockaddr_in6()
    var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
    let status = withUnsafeMutablePointer(to: &bound) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &size)
      }
    }
    guard status == 0 else { throw failure(address) }
    // It lies at the same place in either family's addresses.
    return UInt16(bigEndian: bound.sin6_port)
  }

  private static func failure(_ address: String) -> ServiceError {
    .address(address, String(cString: strerror(errno)))
  }
}
