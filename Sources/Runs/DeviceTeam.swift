import ComputeBackend
import Dispatch
import Foundation

/// Work on several devices at once: a thread for each, whose results come to the caller's thread.
package enum DeviceTeam {
  /// Ends a thread whose results nobody wants any more.
  package struct Stopped: Error {}

  /// Hands a result to the caller; waits while the caller has more than one of each member to
  /// look at, and throws `Stopped` once another member has failed or the caller has.
  package typealias Sending<Result> = (Result) throws -> Void

  /// Runs `work` for each member on a thread of its own until all have returned.
  ///
  /// What a member uses is its own until then. Nothing of the caller's task goes along, so that
  /// `withoutGradient` must be within.
  ///
  /// - Parameter receive: gets one result after another on the caller's thread, each member's in
  ///   order.
  /// - Throws: the first error, when no thread is at work any more; what was sent before a member's
  ///   is received.
  package static func run<Result>(
    _ members: Int,
    work: @escaping (_ member: Int, _ send: Sending<Result>) throws -> Void,
    receive: (Result) throws -> Void
  ) throws {
    let mailbox = Mailbox<Result>(members: members)
    // Each thread has its own part of what `work` uses.
    nonisolated(unsafe) let work = work
    for member in 0..<members {
      DispatchQueue(label: "elixir-gpu.device-\(member)", qos: .userInitiated).async {
        do {
          try work(member) { try mailbox.send($0) }
          mailbox.leave()
        } catch {
          mailbox.leave(error)
        }
      }
    }
    do {
      while let result = mailbox.next() { try receive(result) }
    } catch {
      mailbox.stop()
      throw error
    }
    if let error = mailbox.error { throw error }
  }

  /// What members send, until the caller takes it; guarded by its condition.
  private final class Mailbox<Result>: @unchecked Sendable {
    private let condition = NSCondition()
    private let capacity: Int
    private var results: [Result] = []
    private var working: Int
    private var isStopped = false
    private(set) var error: (any Error)?

    init(members: Int) {
      capacity = members
      working = members
    }

    func send(_ result: Result) throws {
      condition.lock()
      defer { condition.unlock() }
      while results.count >= capacity && !isStopped { condition.wait() }
      results.append(result)
      condition.broadcast()
      if isStopped { throw Stopped() }
    }

    func leave(_ error: (any Error)? = nil) {
      condition.lock()
      defer { condition.unlock() }
      working -= 1
      if let error {
        isStopped = true
        if self.error == nil, !(error is Stopped) { self.error = error }
      }
      condition.broadcast()
    }

    /// Waits for a result; nil once all members have left.
    func next() -> Result? {
      condition.lock()
      defer { condition.unlock() }
      while results.isEmpty && working > 0 { condition.wait() }
      guard !results.isEmpty else { return nil }
      condition.broadcast()
      return results.removeFirst()
    }

    /// Wants no more, and waits until all members have left.
    func stop() {
      condition.lock()
      defer { condition.unlock() }
      isStopped = true
      condition.broadcast()
      while working > 0 { condition.wait() }
    }
  }
}

extension DevicePool {
  /// Does numbered pieces of work, each on the device that is free first.
  ///
  /// A slow device holds up the others by its last piece at most. Results of later pieces wait for
  /// those of earlier ones.
  ///
  /// - Parameters:
  ///   - body: one piece, on a thread of the device, by its place in the pool.
  ///   - receive: gets the pieces' results in their order, on the caller's thread.
  /// - Throws: the first error.
  package func share<Result>(
    pieces: Int, _ body: @escaping (_ device: Int, _ piece: Int) throws -> Result,
    receive: (Result) throws -> Void
  ) throws {
    guard backends.count > 1, pieces > 1 else {
      for piece in 0..<pieces { try receive(try body(0, piece)) }
      return
    }
    let queue = PieceQueue(pieces)
    var waiting: [Int: Result] = [:]
    var received = 0
    try DeviceTeam.run(min(backends.count, pieces)) { device, send in
      while let piece = queue.next() { try send((piece, try body(device, piece))) }
    } receive: { (piece: Int, result: Result) in
      waiting[piece] = result
      while let next = waiting.removeValue(forKey: received) {
        try receive(next)
        received += 1
      }
    }
  }
}
