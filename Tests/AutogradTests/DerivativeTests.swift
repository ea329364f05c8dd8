import Autograd
import ComputeBackend
import ReferenceBackend
import Testing

/// Derivatives against central differences in Double.
@Suite struct DerivativeTests {
  let backend = ReferenceBackend()

  @Test(arguments: FunctionCase.elementary + FusedCase.all.map(\.fused))
  func firstOrder(_ function: FunctionCase) {
    expectGradient(
      of: { project(function.body($0), stream: 100, on: backend) },
      at: function.inputs(on: backend), on: backend, "\(function.name)")
  }

  /// The gradient, projected on a fixed direction, differentiated again.
  @Test(arguments: FunctionCase.elementary + FusedCase.all.map(\.fused))
  func secondOrder(_ function: FunctionCase) {
    func slope(_ inputs: [Tensor]) -> Tensor {
      // Squaring makes even linear functions have a second derivative.
      let output = project(function.body(inputs).square(), stream: 100, on: backend)
      let gradients = gradient(of: output, wrt: inputs, createGraph: true)
      let parts = gradients.enumerated().map { index, gradient in
        project(gradient, stream: 200 + UInt32(index), on: backend)
      }
      return affineSum(parts.map { (1, $0) })
    }
    expectGradient(
      of: slope, at: function.inputs(on: backend), on: backend, tolerance: 1e-5,
      "\(function.name)")
  }

  @Test func thirdOrder() {
    let x = Tensor.random([5], stream: 0, on: backend)
    func second(_ inputs: [Tensor]) -> Tensor {
      var y = (inputs[0] * inputs[0].tanh()).silu().sum()
      for _ in 0..<2 { y = gradient(of: y, wrt: inputs, createGraph: true)[0].sum() }
      return y
    }
    expectGradient(of: second, at: [x], on: backend, tolerance: 1e-5, "third order")
  }

  /// Values, first-order gradients by the kernels and by the composition.
  @Test(arguments: FusedCase.all)
  func fusedEqualsComposition(_ function: FusedCase) {
    let inputs = function.fused.inputs(on: backend).map { $0.variable() }
    let fused = function.fused.body(inputs)
    let composed = function.composition(inputs)
    expectEqual(fused, composed, on: backend, function.fused.name)
    // Without a tape, all of the activation is fused into the kernel.
    let plain = withoutGradient { function.fused.body(inputs) }
    expectEqual(plain, composed, on: backend, function.fused.name)
    let upstream = Tensor.random(fused.shape, stream: 100, on: backend)
    let expected = gradient(of: composed, wrt: inputs, upstream: upstream)
    for createGraph in [false, true] {
      let found = gradient(of: fused, wrt: inputs, upstream: upstream, createGraph: createGraph)
      for (a, b) in zip(found, expected) { expectEqual(a, b, on: backend, function.fused.name) }
    }
  }
}
