import Dispatch

/// Work that goes on beside the caller's, one piece after another: start it, do something else,
/// finish it.
///
/// After a piece that throws, none is done until `finish` has told so. What the work uses belongs
/// to it until `finish` returns.
package final class SerialWorker {
  private let queue = DispatchQueue(label: "elixir-gpu.serial-worker", qos: .userInitiated)
  private let group = DispatchGroup()
  /// Written by the work, read after the group has waited for it.
  private final class Outcome: @unchecked Sendable {
    var error: (any Error)?
  }
  private let outcome = Outcome()

  package init() {}

  /// Starts `body` on another thread, after the pieces before it.
  package func start(_ body: @escaping () throws -> Void) {
    // The caller leaves everything that `body` uses alone until `finish` returns.
    nonisolated(unsafe) let body = body
    queue.async(group: group) { [outcome] in
      guard outcome.error == nil else { return }
      do { try body() } catch { outcome.error = error }
    }
  }

  /// Waits for all the work there is, and throws the first error.
  package func finish() throws {
    group.wait()
    defer { outcome.error = nil }
    if let error = outcome.error { throw error }
  }
}
