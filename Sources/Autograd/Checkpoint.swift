/// `body(inputs)`, keeping none of its intermediate tensors: the backward pass computes them again.
///
/// Gradients flow to `inputs` and to every variable that `body` uses besides. `body` must compute
/// the same again.
public func checkpoint(_ inputs: [Tensor], _ body: @escaping ([Tensor]) -> Tensor) -> Tensor {
  let start = Node.nextSerial
  let output = body(inputs)
  guard let root = output.node, root.serial >= start else { return output }
  let parents = Tape(root: root, from: start).border
  let node = Node(shape: output.shape, parents: parents) { upstream, needed in
    let wanted = zip(parents, needed).filter { $0.1 }.map { $0.0 }
    let found = replayedGradients(upstream: upstream, of: wanted) { body(inputs) }
    return parents.map { found[ObjectIdentifier($0)] }
  }
  return Tensor(shape: output.shape, slice: output.slice, backend: output.backend, node: node)
}
