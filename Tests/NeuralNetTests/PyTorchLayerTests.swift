import Autograd
import ComputeBackend
import NeuralNet
import ReferenceBackend
import Testing
import TestSupport

/// Layers, with their gradients by the tape, against PyTorch's values.
@Suite(.serialized, .requiresFixtures) struct PyTorchLayerTests {
  static let devices = [TestDevice("reference", ReferenceBackend())] + TestDevices.all

  private struct ConvolutionFixture: Decodable {
    var stride: Int?
    var pad: Int?
    var bias: Bool?
  }

  /// Runs a layer forward and backward and compares with `prefix.y`, `.dx`, `.dw` and `.db`.
  private func check(
    _ prefix: String, _ source: FixtureWeights, _ parameters: [Parameter],
    sourceLocation: SourceLocation = #_sourceLocation, _ layer: (Tensor) -> Tensor
  ) throws {
    _ = ParameterArena(parameters)
    let x = try source.images("\(prefix).x").variable()
    let y = layer(x)
    let variables = [x] + parameters.map(\.value)
    let gradients = gradient(of: y, wrt: variables, upstream: try source.images("\(prefix).dy"))
    for (name, tensor) in [("y", y), ("dx", gradients[0])] {
      expectClose(
        try tensor.values(), try source.images("\(prefix).\(name)").values(), .relative(3e-6),
        "\(prefix).\(name)", sourceLocation: sourceLocation)
    }
    for (parameter, gradient) in zip(parameters, gradients.dropFirst()) {
      let ours = Parameter(parameter.name, value: gradient.detached(), layout: parameter.layout)
      let name = parameter.name.hasSuffix("bias") ? "db" : "dw"
      expectClose(
        try ours.exported(), try source.values("\(prefix).\(name)"), .relative(3e-6),
        "\(prefix).\(name)", sourceLocation: sourceLocation)
    }
  }

  @Test(arguments: 0..<7, devices)
  func convolution(_ index: Int, _ device: TestDevice) throws {
    let name = "conv\(index)"
    let settings = try #require(
      try Fixtures.json("ops.json", as: [String: ConvolutionFixture].self)[name])
    let source = try FixtureWeights(on: device.backend)
    let shape = try source.shape("\(name).w")
    let layer = try Conv2D(
      name, inputs: shape[1], outputs: shape[0], kernel: shape[2],
      stride: try #require(settings.stride), padding: .symmetric(try #require(settings.pad)),
      bias: settings.bias == true, from: source)
    try check(name, source, [layer.weight] + (layer.bias.map { [$0] } ?? [])) { layer($0) }
  }

  @Test(
    arguments: [("gnsilu0", 4, Float(1e-6)), ("gnsilu1", 3, 1e-5), ("gnsilu2", 32, 1e-5)], devices)
  func groupNorm(
    _ fixture: (name: String, groups: Int, epsilon: Float), _ device: TestDevice
  ) throws {
    let source = try FixtureWeights(on: device.backend)
    let layer = try GroupNorm(
      fixture.name, channels: try source.shape("\(fixture.name).w")[0], groups: fixture.groups,
      epsilon: fixture.epsilon, from: source)
    try check(fixture.name, source, [layer.weight, layer.bias]) { layer($0, activation: .silu) }
  }

  @Test(arguments: devices)
  func batchNorm(_ device: TestDevice) throws {
    let source = try FixtureWeights(on: device.backend)
    let layer = try BatchNorm2D("bn0", channels: 6, from: source)
    layer.isTraining = true
    try check("bn0", source, [layer.weight, layer.bias]) { layer($0) }
    expectClose(
      try layer.runningMean.exported(), try source.values("bn0.running_mean"), .relative(1e-6),
      "running mean")
    expectClose(
      try layer.runningVariance.exported(), try source.values("bn0.running_var"), .relative(1e-6),
      "running variance")
    #expect(layer.batchesTracked.value == 1)
  }

  @Test(arguments: devices)
  func linear(_ device: TestDevice) throws {
    let source = try FixtureWeights(on: device.backend)
    let layer = try Linear("linear0", inputs: 7, outputs: 3, from: source)
    let variables = ParameterArena([layer.weight] + (layer.bias.map { [$0] } ?? [])).variables
    #expect(variables.count == 2)
    let x = Tensor(try source.values("linear0.x"), shape: [5, 7], on: device.backend).variable()
    let y = layer(x)
    let upstream = Tensor(try source.values("linear0.dy"), shape: [5, 3], on: device.backend)
    let results = [y] + gradient(of: y, wrt: [x] + variables, upstream: upstream)
    for (name, tensor) in zip(["y", "dx", "dw", "db"], results) {
      expectClose(
        try tensor.values(), try source.values("linear0.\(name)"), .relative(3e-6), name)
    }
  }
}
