import Foundation

/// A connection whose reads and writes wait for the other side until a deadline.
final class TCPConnection: Sendable {
  private let descriptor: Int32

  /// What ends a connection without an answer.
  enum Failure: Error {
    /// The other side has gone.
    case closed
    /// It took too long.
    case late
  }

  /// Takes over a connected socket, whose calls do not wait by themselves.
  init(_ descriptor: Int32) {
    self.descriptor = descriptor
    var on: Int32 = 1
    setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
  }

  deinit { close(descriptor) }

  /// At least one byte of what has come, at most `count`; none once the other side has ended.
  func read(_ count: Int, until deadline: ContinuousClock.Instant) throws -> [UInt8] {
    while true {
      var received = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        received = recv(descriptor, buffer.baseAddress, count, 0)
        filled = max(received, 0)
      }
      if received >= 0 { return bytes }
      try wait(for: Int16(POLLIN), until: deadline)
    }
  }

  /// Sends everything, of which each part must leave within `seconds`.
  func write(_ bytes: [UInt8], within seconds: Double = 30) throws {
    try bytes.withUnsafeBytes { bytes in
      var done = 0
      while done < bytes.count {
        let count = send(
          descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done,
          Int32(MSG_NOSIGNAL))
        if count > 0 {
          done += count
        } else {
          try wait(for: Int16(POLLOUT), until: .now + .seconds(seconds))
        }
      }
    }
  }

  /// Ends the sending side, and takes what is still underway, lest it destroy the answer.
  func finish() {
    shutdown(descriptor, Int32(SHUT_WR))
    let deadline = ContinuousClock.now + .seconds(2)
    var rest = 1 << 22
    while rest > 0, let bytes = try? read(65_536, until: deadline), !bytes.isEmpty {
      rest -= bytes.count
    }
  }

  /// Waits after a call that could not be done at once, or throws why it cannot be done at all.
  private func wait(for event: Int16, until deadline: ContinuousClock.Instant) throws {
    if errno == EINTR { return }
    guard errno == EAGAIN || errno == EWOULDBLOCK else { throw Failure.closed }
    let left = (deadline - .now) / .milliseconds(1)
    guard left > 0 else { throw Failure.late }
    var request = pollfd(fd: descriptor, events: event, revents: 0)
    _ = poll(&request, 1, Int32(min(left + 1, 60_000)))
  }
}
