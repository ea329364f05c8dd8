import Autograd
import ComputeBackend
import Devices
import ReferenceBackend
import Testing

/// Values and gradients of every function on a device, against the Double reference.
@Suite struct DeviceDerivativeTests {
  let reference = ReferenceBackend()

  /// The function's value, its gradients, and the gradients of their squares' sum.
  private func derivatives(
    of function: FunctionCase, on backend: any ComputeBackend
  ) throws -> [[Float]] {
    let inputs = try function.inputs(on: reference).map {
      Tensor(try $0.values(), shape: $0.shape, on: backend).variable()
    }
    let output = function.body(inputs)
    let plain = withoutGradient { function.body(inputs) }
    let first = gradient(of: output.square().sum(), wrt: inputs)
    let graph = gradient(of: output.square().sum(), wrt: inputs, createGraph: true)
    let slope = affineSum(graph.map { (0.1, $0.square().sum()) })
    let second = gradient(of: slope, wrt: inputs)
    return try ([output, plain] + first + graph + second).map { try $0.values() }
  }

  @Test(arguments: FunctionCase.elementary + FusedCase.all.map(\.fused))
  func agreesWithTheReferenceOnTheProcessor(_ function: FunctionCase) throws {
    let found = try derivatives(of: function, on: Devices.make("cpu"))
    let expected = try derivatives(of: function, on: reference)
    for (index, (a, b)) in zip(found, expected).enumerated() {
      let scale = max(1, b.map { abs($0) }.max() ?? 0)
      let error = zip(a, b).map { abs($0 - $1) }.max() ?? 0
      #expect(error <= 1e-4 * scale, "\(function.name), result \(index)")
    }
  }
}
