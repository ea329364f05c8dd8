import Autograd
import ComputeBackend
import Foundation
import ReferenceBackend
import Testing

/// The critic loss of a Wasserstein GAN with gradient penalty, against PyTorch in float64.
@Suite struct GradientPenaltyTests {
  private struct Fixture: Decodable {
    let activation: String
    let shapes: [String: [Int]]
    let inputs: [String: [Double]]
    let outputs: [String: [Double]]
  }

  private static let fixtures: URL = {
    let environment = ProcessInfo.processInfo.environment["ELIXIR_SHARED"]
    let root = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let shared = environment.map { URL(filePath: $0) } ?? root.appending(path: "../shared")
    return shared.appending(path: "fixtures")
  }()

  private static let areFixturesThere = FileManager.default.fileExists(
    atPath: fixtures.appending(path: "gradpen_relu_tiny.json").path)

  let backend = ReferenceBackend()

  @Test(
    .enabled(if: areFixturesThere, "needs the reference values in ../shared/fixtures"),
    arguments: ["relu", "leaky_relu_0.2"])
  func criticLossMatchesPyTorch(_ activation: String) throws {
    let file = Self.fixtures.appending(path: "gradpen_\(activation)_tiny.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    let names = ["W1", "b1", "W2", "b2", "v_real", "v_fake"]
    let inputs = try names.map { name in
      Tensor(
        doubles: try #require(fixture.inputs[name]), shape: try #require(fixture.shapes[name]),
        on: backend
      ).variable()
    }
    let eta = Tensor(doubles: try #require(fixture.inputs["eta"]), shape: [4], on: backend)
    func critic(_ v: Tensor) -> Tensor {
      let hidden = linear(v, weight: inputs[0], bias: inputs[1])
      let activated = activation == "relu" ? hidden.relu() : hidden.leakyReLU(0.2)
      return linear(activated, weight: inputs[2], bias: inputs[3])
    }
    let (real, fake) = (inputs[4], inputs[5])
    let mixed = real.multiplying(eta, over: .outer) + fake.multiplying(1 - eta, over: .outer)
    let slope = gradient(of: critic(mixed).sum(), wrt: [mixed], createGraph: true)[0]
    let norms = slope.reduced(
      .sumOfSquares, shape: slope.block, keeping: .outer, resultShape: [4]
    ).squareRoot()
    let penalty = (norms - 1).square().mean()
    let loss = critic(fake).mean() - critic(real).mean() + penalty * 10

    func expect(_ tensor: Tensor, _ name: String) throws {
      let expected = try #require(fixture.outputs["f64.\(name)"])
      let error = zip(tensor.doubles(on: backend), expected).map { abs($0 - $1) }.max() ?? 1
      // The slope 0.2 and the factors of means are single-precision constants.
      #expect(error <= 1e-6, "\(name) differs by \(error)")
    }
    try expect(norms, "grad_norms")
    try expect(penalty, "gp")
    try expect(loss, "loss")
    for (name, gradient) in zip(names, gradient(of: loss, wrt: inputs)) {
      try expect(gradient, "grad.\(name)")
    }
    for (name, gradient) in zip(names, gradient(of: penalty, wrt: Array(inputs.prefix(4)))) {
      try expect(gradient, "grad_gp_only.\(name)")
    }
  }

  /// A convolutional critic with stride 2: the gradient of its penalty by finite differences.
  @Test func convolutionalCriticHasTheRightSecondOrder() {
    func penalty(_ inputs: [Tensor]) -> Tensor {
      let x = Tensor.random([2, 6, 5, 2], stream: 9, on: backend).variable()
      let hidden = convolve(
        x, weight: inputs[0], bias: inputs[1], stride: 2, padding: .symmetric(0)
      ).leakyReLU(0.2)
      let normalized = groupNorm(
        hidden, gamma: inputs[1], beta: inputs[1], groups: 3, epsilon: 1e-2, activation: .silu)
      let output = linear(normalized.reshaped([2, 12]), weight: inputs[2])
      let slope = gradient(of: output.sum(), wrt: [x], createGraph: true)[0]
      let norms = slope.reduced(
        .sumOfSquares, shape: slope.block, keeping: .outer, resultShape: [2]
      ).squareRoot()
      return (norms - 1).square().mean()
    }
    let inputs = [[3, 3, 3, 2], [3], [1, 12]].enumerated().map {
      Tensor.random($1, stream: UInt32($0), on: backend)
    }
    expectGradient(of: penalty, at: inputs, on: backend, "gradient penalty")
  }
}
