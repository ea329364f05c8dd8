import ComputeBackend

extension Tensor {
  /// This result of a fused function, on the tape with two derivatives.
  ///
  /// - Parameters:
  ///   - gradient: fast first-order gradients of `inputs`; not differentiable.
  ///   - composition: the same function made of differentiable functions, for `createGraph`.
  func recorded(
    from inputs: [Tensor], gradient: @escaping (_ upstream: Tensor) -> [Tensor],
    composition: @escaping ([Tensor]) -> Tensor
  ) -> Tensor {
    let recorded = inputs.indices.filter { inputs[$0].node != nil }
    guard Recording.isOn, !recorded.isEmpty else { return self }
    let parents = recorded.compactMap { inputs[$0].node }
    let node = Node(shape: shape, parents: parents) { upstream, _ in
      guard Recording.isOn else {
        let all = gradient(upstream)
        return recorded.map { all[$0] }
      }
      var found = replayedGradients(upstream: upstream, of: parents) { composition(inputs) }
      // A tensor given twice has its whole gradient once.
      return parents.map { found.removeValue(forKey: ObjectIdentifier($0)) }
    }
    return Tensor(shape: shape, slice: slice, backend: backend, node: node)
  }
}

/// A function with an activation fused into its kernel.
///
/// While recording, only activations whose derivative follows from the output are fused: two nodes
/// then share one memory, of which the first one's values are never needed.
/// - Parameters:
///   - terms: the derivative of the function before its activation.
///   - run: the kernel, with the activation to fuse.
func fusing(
  _ activation: Activation, _ terms: [Term], _ run: (Activation) -> Tensor
) -> Tensor {
  guard terms.areRecorded else { return run(activation) }
  switch activation {
  case .identity: return run(.identity).recorded(terms)
  case .relu:
    let output = run(.relu)
    let inner = output.recorded(terms)
    return output.recorded([
      (inner, { unaryGradient(activation.unary, output, upstream: $0) })
    ])
  case .silu, .gelu, .tanh, .sigmoid:
    return run(.identity).recorded(terms).activated(activation)
  }
}
