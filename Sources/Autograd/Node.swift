import Synchronization

/// Whether functions of tensors record how they were computed.
enum Recording {
  @TaskLocal static var isOn = true
}

/// Runs `body`; nothing inside is recorded, so intermediate memory is free at once.
public func withoutGradient<Result>(_ body: () throws -> Result) rethrows -> Result {
  try Recording.$isOn.withValue(false, operation: body)
}

/// One step of the tape: a tensor's place in the graph of derivatives.
///
/// A node knows the nodes it was computed from, never those computed from it, so the graph has no
/// cycle of references and goes when its last tensor goes. It does not change once made.
final class Node: @unchecked Sendable {
  /// Gradients for the parents whose flag is set, from the gradient of this node's tensor.
  typealias Backward = (_ upstream: Tensor, _ needed: [Bool]) -> [Tensor?]

  private static let count = Atomic<Int>(0)
  /// Serial of the next node: nodes made from now on have at least this.
  static var nextSerial: Int { count.load(ordering: .relaxed) }

  /// Grows along the tape: a node's parents have smaller numbers.
  let serial: Int
  let shape: [Int]
  let parents: [Node]
  let backward: Backward

  /// A leaf has no parents.
  init(
    shape: [Int], parents: [Node] = [], backward: @escaping Backward = { _, _ in [] }
  ) {
    serial = Self.count.wrappingAdd(1, ordering: .relaxed).oldValue
    self.shape = shape
    self.parents = parents
    self.backward = backward
  }
}

/// One term of a differential: an input, and the gradient for it from the output's gradient.
///
/// Terms of inputs without a node are dropped, and with them what their closures hold.
typealias Term = (input: Tensor?, partial: (_ upstream: Tensor) -> Tensor)

extension [Term] {
  /// Whether the result of a function with these terms has a node.
  var areRecorded: Bool { Recording.isOn && contains { $0.input?.node != nil } }
}

extension Tensor {
  /// This result of a function, on the tape if an input is and recording is on.
  func recorded(_ terms: [Term]) -> Tensor {
    guard terms.areRecorded else { return self }
    var parents = [Node]()
    var partials = [(Tensor) -> Tensor]()
    for term in terms {
      guard let node = term.input?.node else { continue }
      parents.append(node)
      partials.append(term.partial)
    }
    let node = Node(shape: shape, parents: parents) { upstream, needed in
      zip(partials, needed).map { partial, isNeeded in isNeeded ? partial(upstream) : nil }
    }
    return Tensor(shape: shape, slice: slice, backend: backend, node: node)
  }
}
