import Dispatch

/// Work that goes on beside the caller's, one piece at a time: start it, do something else, finish it.
///
/// What the work uses belongs to it until `finish` returns.
final class PendingWork {
  private let queue = DispatchQueue(label: "elixir-gpu.pending", qos: .userInitiated)
  private let group = DispatchGroup()
  /// Written by the work, read after the group has waited for it.
  private final class Outcome: @unchecked Sendable {
    var error: (any Error)?
  }
  private var outcome: Outcome?

  /// Starts `body` on another thread; the work before must have been finished.
  func start(_ body: @escaping () throws -> Void) {
    precondition(outcome == nil, "PendingWork.start: the work before was not finished")
    let outcome = Outcome()
    self.outcome = outcome
    // The caller leaves everything that `body` uses alone until `finish` returns.
    nonisolated(unsafe) let body = body
    queue.async(group: group) {
      do { try body() } catch { outcome.error = error }
    }
  }

  /// Waits for the work, if there is any, and throws what it threw.
  func finish() throws {
    group.wait()
    defer { outcome = nil }
    if let error = outcome?.error { throw error }
  }
}
