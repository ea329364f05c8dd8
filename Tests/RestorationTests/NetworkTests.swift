import Autograd
import Checkpoints
import ComputeBackend
import Datasets
import Foundation
import NetworkSupport
import NeuralNet
import Restoration
import TestSupport
import Testing

/// The four networks with the outputs and gradients of PyTorch, by
/// `Tests/Fixtures/Restoration/networks.py`, on images of 20×28.
struct NetworkTests {
  static let shape = ImageShape(height: 20, width: 28, channels: 3)
  static let names = ["vit", "plain", "multi", "single"]

  private struct Network {
    var module: any Module
    var apply: (Tensor) -> Tensor
  }

  private func network(_ name: String, on backend: any ComputeBackend) throws -> Network {
    let weights = FormulaWeights(backend: backend)
    switch name {
    case "vit", "plain":
      let generator = try RestorationGenerator(
        GeneratorConfiguration(
          shape: Self.shape, channels: [4, 8, 8], transformerBlocks: name == "vit" ? 2 : 0,
          heads: 2), path: name, from: weights)
      return Network(module: generator) { generator($0) }
    default:
      let granularities =
        name == "multi" ? [(1, 8, 1), (2, 8, 1), (4, 16, 2)] : [(4, 8, 2)]
      let discriminator = try TransformerDiscriminator(
        DiscriminatorConfiguration(
          shape: Self.shape,
          granularities: granularities.map { .init(patch: $0, width: $1, blocks: $2) }, heads: 2),
        path: name, from: weights)
      return Network(module: discriminator) { discriminator($0) }
    }
  }

  private func formula(_ shape: [Int], salt: Int, on backend: any ComputeBackend) -> Tensor {
    Tensor(
      FormulaWeights.values(shape.reduce(1, *), salt: salt).map { Float($0) }, shape: shape,
      on: backend)
  }

  @Test(arguments: names, TestDevices.all)
  func outputsAndGradientsAreThoseOfPyTorch(name: String, device: TestDevice) throws {
    let backend = device.backend
    let file = try SafetensorsFile(
      Fixtures.package.appendingPathComponent("Tests/Fixtures/Restoration/\(name).safetensors"))
    let network = try network(name, on: backend)
    let parameters = network.module.parameters.parameters
    let arena = ParameterArena(parameters)
    let images = (formula(Self.shape.batchShape(2), salt: 1, on: backend) * 2).variable()
    let output = network.apply(images)
    expectClose(
      try output.values(), try file.floats("output"), .relative(2e-5), "\(name) output")
    let loss = (output * formula(output.shape, salt: 2, on: backend)).sum()
    let gradients = gradient(of: loss, wrt: [images] + arena.variables)
    expectClose(
      try gradients[0].values(), try file.floats("gradient"), .relative(1e-4),
      "\(name) gradient by the images")
    #expect(Set(file.names) == Set(parameters.map(\.name) + ["output", "gradient"]))
    for (parameter, gradient) in zip(parameters, gradients.dropFirst()) {
      let theirs = parameter.layout == .plain ? gradient : gradient.permuted([0, 3, 1, 2])
      let direction = formula(theirs.shape, salt: 3, on: backend)
      let slope = try (theirs * direction).sum().item()
      let norm = try (theirs.square().sum().squareRoot()).item()
      let expected = try file.floats(parameter.name)[0]
      #expect(
        abs(slope - expected) < 1e-4 * max(norm, abs(expected)) + 1e-5,
        "\(parameter.name): \(slope), not \(expected)")
    }
  }

  /// The last layer begins at zero: x + 0, black and white pixels too.
  @Test(arguments: TestDevices.all)
  func untrainedGeneratorChangesNothing(device: TestDevice) throws {
    let generator = try RestorationGenerator(
      GeneratorConfiguration(shape: Self.shape, channels: [4, 8, 8], heads: 2), path: "restorer",
      from: RandomWeights(seed: 1, on: device.backend))
    let values = (0..<Self.shape.byteCount).map { Float($0 % 256) / 127.5 - 1 }
    let images = Tensor(values, shape: Self.shape.batchShape(1), on: device.backend)
    #expect(try generator(images).values() == values)
  }

  /// Otherwise black pixels, which most of a digit's are, would have no gradient at all.
  @Test(arguments: TestDevices.all)
  func limitsLetGradientsThroughAtTheBorder(device: TestDevice) throws {
    let x = Tensor([-1.5, -1, 0, 1, 1.5], shape: [5], on: device.backend).variable()
    #expect(try gradient(of: x.clamped(-1, 1).sum(), wrt: [x])[0].values() == [0, 1, 1, 1, 0])
  }

  /// Sizes of 32×32 images; the counts are PyTorch's of `Benchmarks/peers/restoration_networks.py`.
  @Test func weightsAreAsManyAsStated() throws {
    let backend = try #require(TestDevices.all.first).backend
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let weights = RandomWeights(seed: 0, on: backend)
    let generator = try RestorationGenerator(
      GeneratorConfiguration(shape: shape), path: "g", from: weights)
    #expect(generator.weightCount == 1_453_024)
    let discriminator = try TransformerDiscriminator(
      .multiGranularity(shape: shape), path: "d", from: weights)
    #expect(discriminator.weightCount == 4_843_201)
  }
}
