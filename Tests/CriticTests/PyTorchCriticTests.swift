import ComputeBackend
import Critic
import ReferenceBackend
import Testing
import TestSupport

/// The critic's gradient against PyTorch's double backward in float64, `gradpen_*_tiny.json`.
@Suite(.serialized, .requiresFixtures) struct PyTorchCriticTests {
  private struct Fixture: Decodable {
    let shapes: [String: [Int]]
    let inputs: [String: [Float]]
    let outputs: [String: [Double]]
  }

  @Test(
    arguments: [CriticActivation.relu, .leakyReLU],
    [TestDevice("reference", ReferenceBackend())] + TestDevices.all)
  func criticGradient(_ activation: CriticActivation, _ device: TestDevice) throws {
    let name = activation == .relu ? "relu" : "leaky_relu_0.2"
    let fixture: Fixture = try Fixtures.json("gradpen_\(name)_tiny.json")
    let backend = device.backend
    func input(_ names: String...) throws -> BufferSlice {
      let values = try names.flatMap { try #require(fixture.inputs[$0]) }
      let slice = backend.makeBuffer(count: values.count)[values.count]
      backend.upload(values, to: slice)
      return slice
    }
    func empty(_ count: Int) -> BufferSlice { backend.makeBuffer(count: count)[count] }
    let hidden = try #require(fixture.shapes["W1"])
    let shape = CriticShape(
      pairs: try #require(fixture.shapes["eta"])[0], features: hidden[1], units: hidden[0])
    let weights = CriticWeights(
      hidden: try input("W1"), bias: try input("b1"), output: try input("W2"))
    // PyTorch's share is of the real sample, which is the first of a pair here.
    let pairs = try input("v_real", "v_fake")
    let shares = try input("eta")
    for (prefix, transport, penalty) in [("grad.", -1, 10), ("grad_gp_only.", 0, 1)] {
      let gradients = CriticWeights(
        hidden: empty(shape.units * shape.features), bias: empty(shape.units),
        output: empty(shape.units))
      let values = empty(2)
      CriticGradient(
        activation, shape, transportWeight: Float(transport), penaltyWeight: Float(penalty)
      ).encode(
        weights, pairs: pairs, shares: shares, gradients: gradients, values: values, on: backend)
      for (name, slice) in [
        ("W1", gradients.hidden), ("b1", gradients.bias), ("W2", gradients.output),
      ] {
        expectClose(
          try backend.downloadFloats(slice), try #require(fixture.outputs["f64.\(prefix)\(name)"]),
          .relative(1e-5), "\(device.name), \(activation), \(prefix)\(name)")
      }
      let expected = [
        try #require(fixture.outputs["f64.wasserstein"])[0],
        try #require(fixture.outputs["f64.gp"])[0],
      ]
      expectClose(
        try backend.downloadFloats(values), expected, .elementwise(1e-5, floor: 0.1),
        "\(device.name), \(activation), values")
    }
  }
}
