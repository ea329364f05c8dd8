import ComputeBackend

/// The gradients of `output` with respect to `inputs`, each of its input's shape.
///
/// Only what lies between them is differentiated. An input that `output` does not depend on has
/// gradient zero.
/// - Parameters:
///   - upstream: the gradient of `output`; ones by default, then `output` has one element.
///   - createGraph: records the computation of the gradients, so they can be differentiated again.
public func gradient(
  of output: Tensor, wrt inputs: [Tensor], upstream: Tensor? = nil, createGraph: Bool = false
) -> [Tensor] {
  precondition(
    upstream != nil || output.count == 1,
    "gradient: an output of shape \(output.shape) needs an upstream gradient")
  precondition(
    upstream == nil || upstream?.shape == output.shape,
    "gradient: upstream \(upstream?.shape ?? []) for an output of shape \(output.shape)")
  let targets = inputs.map { input in
    guard let node = input.node else {
      preconditionFailure("gradient: an input of shape \(input.shape) is not a variable")
    }
    return node
  }
  return Recording.$isOn.withValue(createGraph) {
    var found: [ObjectIdentifier: Tensor] = [:]
    if let root = output.node {
      let upstream = upstream ?? .full(1, output.shape, on: output.backend)
      found = Tape(root: root).gradients(upstream: upstream, of: targets)
    }
    return zip(inputs, targets).map { input, node in
      found[ObjectIdentifier(node)] ?? .zeros(input.shape, on: input.backend)
    }
  }
}

/// The part of the graph that a tensor was computed from.
struct Tape {
  let root: Node
  /// Nodes in the order of computation; those before `start` are the border: kept, not entered.
  let nodes: [Node]
  private let start: Int

  /// - Parameter start: serial number below which nodes are not entered.
  init(root: Node, from start: Int = 0) {
    var seen: Set<ObjectIdentifier> = [ObjectIdentifier(root)]
    var found = [root]
    var next = 0
    while next < found.count {
      let node = found[next]
      next += 1
      guard node.serial >= start else { continue }
      for parent in node.parents where seen.insert(ObjectIdentifier(parent)).inserted {
        found.append(parent)
      }
    }
    self.root = root
    self.start = start
    nodes = found.sorted { $0.serial < $1.serial }
  }

  /// Nodes that were there before `start`.
  var border: [Node] { nodes.filter { $0.serial < start } }

  /// Gradients of those of `targets` that the root depends on, by node.
  func gradients(upstream: Tensor, of targets: [Node]) -> [ObjectIdentifier: Tensor] {
    let wanted = Set(targets.map { ObjectIdentifier($0) })
    var needed = wanted
    for node in nodes where node.serial >= start {
      if node.parents.contains(where: { needed.contains(ObjectIdentifier($0)) }) {
        needed.insert(ObjectIdentifier(node))
      }
    }
    var pending = [ObjectIdentifier(root): [upstream]]
    var result: [ObjectIdentifier: Tensor] = [:]
    for node in nodes.reversed() {
      let identifier = ObjectIdentifier(node)
      guard needed.contains(identifier), let terms = pending.removeValue(forKey: identifier)
      else { continue }
      let total = terms.count == 1 ? terms[0] : affineSum(terms.map { (1, $0) })
      if wanted.contains(identifier) { result[identifier] = total }
      guard node.serial >= start else { continue }
      let flags = node.parents.map { needed.contains(ObjectIdentifier($0)) }
      guard flags.contains(true) else { continue }
      for (parent, partial) in zip(node.parents, node.backward(total, flags)) {
        guard let partial else { continue }
        precondition(
          partial.shape == parent.shape,
          "gradient: a derivative has shape \(partial.shape), its variable \(parent.shape)")
        pending[ObjectIdentifier(parent), default: []].append(partial)
      }
    }
    return result
  }
}

/// Runs `body` on the tape and returns its derivative's product with `upstream`, by older node.
///
/// Only the steps that `body` itself takes are differentiated.
func replayedGradients(
  upstream: Tensor, of parents: [Node], _ body: () -> Tensor
) -> [ObjectIdentifier: Tensor] {
  let start = Node.nextSerial
  guard let root = Recording.$isOn.withValue(true, operation: body).node else { return [:] }
  return Tape(root: root, from: start).gradients(upstream: upstream, of: parents)
}
