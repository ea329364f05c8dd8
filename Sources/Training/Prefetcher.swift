import Dispatch
import Synchronization

/// Makes numbered values ahead of their use on a background thread, in order.
///
/// `next` returns the value made for the following number, waiting where it is not ready yet, and
/// starts on the one after it; so preparing one batch overlaps with computing another.
package final class Prefetcher<Value: Sendable>: Sendable {
  private struct State {
    var number: Int
    var ready: Result<Value, any Error>?
  }

  private let make: @Sendable (Int) throws -> Value
  private let queue = DispatchQueue(label: "elixir-gpu.prefetch", qos: .userInitiated)
  private let state: Mutex<State>

  /// - Parameter first: the number of the first value.
  package init(from first: Int, make: @escaping @Sendable (Int) throws -> Value) {
    self.make = make
    state = Mutex(State(number: first))
    prepare()
  }

  package func next() throws -> Value {
    // The serial queue runs this after the preparation that is under way.
    let result = queue.sync { state.withLock { $0.ready.take() } }
    prepare()
    guard let result else { preconditionFailure("Prefetcher: nothing was prepared") }
    return try result.get()
  }

  private func prepare() {
    queue.async { [self] in
      let number = state.withLock { $0.number }
      let result = Result { try make(number) }
      state.withLock {
        $0.ready = result
        $0.number = number + 1
      }
    }
  }
}
