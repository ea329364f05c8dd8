import Autograd
import Checkpoints
import ComputeBackend
import Foundation
import Models
import NetworkSupport
import NeuralNet
import TestSupport
import Testing

struct ClassifierFileTests {
  private func device() throws -> TestDevice { try #require(TestDevices.all.first) }

  static let configurations = [
    ClassifierConfiguration(.resNet18, classes: 3, inputChannels: 1, width: 4),
    ClassifierConfiguration(
      .resNet34, classes: 5, width: 4, stem: .imageNet, naming: .kuangliu, imageSize: 64),
    ClassifierConfiguration(
      .preActResNet18, classes: 7, inputChannels: 1, width: 4,
      normalization: InputNormalization(mean: [0.1], standardDeviation: [0.3]), imageSize: 28),
    ClassifierConfiguration(.preActResNet18, classes: 2, width: 4, hasFinalNorm: true),
    ClassifierConfiguration(.resNet20, classes: 10, width: 4),
  ]

  @Test(arguments: configurations)
  func savedClassifierIsRestored(configuration: ClassifierConfiguration) throws {
    let backend = try device().backend
    let classifier = ClassifierFile.random(configuration, seed: 3, on: backend)
    let size = configuration.stem == .imageNet ? 32 : 16
    let shape = [2, size, size, configuration.inputChannels]
    let x = Tensor(
      FormulaWeights.values(shape.reduce(1, *), salt: 2).map { Float($0) }, shape: shape,
      on: backend)
    classifier.setTraining(true)
    _ = classifier.logits(x)
    classifier.setTraining(false)

    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("model.safetensors")
    try ClassifierFile.save(classifier, to: url)
    let restored = try ClassifierFile.load(url, on: backend)
    #expect(restored.configuration == configuration)
    #expect(try ClassifierFile.statesNormalization(url))
    #expect(restored.features(x).shape == [2, configuration.featureCount])
    let logits = try classifier.logits(x).values()
    #expect(logits.allSatisfy { $0.isFinite })
    expectClose(try restored.logits(x).values(), logits, .deviation(1e-6), "logits")
    #expect(try SafetensorsFile(url).floats("layer1.0.bn1.num_batches_tracked") == [1])
    let second = folder.url.appendingPathComponent("second.safetensors")
    try ClassifierFile.save(restored, to: second)
    #expect(try Data(contentsOf: second) == Data(contentsOf: url))
  }

  /// A saved classifier with one tensor replaced.
  private func load(replacing name: String, by tensor: StoredTensor) throws {
    let backend = try device().backend
    let classifier = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 10, width: 4), seed: 5, on: backend)
    var tensors = try classifier.storedTensors()
    #expect(tensors.updateValue(tensor, forKey: name) != nil)
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("model.safetensors")
    try SafetensorsFile.write(tensors, metadata: [:], to: url)
    _ = try ClassifierFile.load(url, on: backend)
  }

  @Test func negativeVariancesAreRefused() {
    #expect {
      try load(
        replacing: "bn1.running_var", by: StoredTensor([1, 1, -0.5, 1], shape: [4]))
    } throws: { "\($0)".contains("bn1.running_var is -0.5, which is not supported") }
  }

  @Test func tensorsWithoutElementsAreRefused() {
    #expect {
      try load(replacing: "conv1.weight", by: StoredTensor([], shape: [4, 0, 3, 3]))
    } throws: { "\($0)".contains("'conv1.weight' has no elements") }
  }

  /// 2⁶³ − 1 is rounded up by Float, to what no Int holds.
  @Test func countsBeyondAllNumbersAreRefused() {
    #expect {
      try load(
        replacing: "bn1.num_batches_tracked", by: StoredTensor(int64: [.max], shape: []))
    } throws: { "\($0)".contains("bn1.num_batches_tracked is ") }
  }

  @Test func sameSeedGivesTheSameWeightsOnEveryDevice() throws {
    let configuration = ClassifierConfiguration(.resNet20, classes: 10, width: 8)
    let weights = try TestDevices.all.map {
      try ClassifierFile.random(configuration, seed: 5, on: $0.backend)
        .parameters["layer2.0.conv1.weight"]?.exported()
    }
    for other in weights.dropFirst() { #expect(other == weights[0]) }
    let other = try ClassifierFile.random(configuration, seed: 6, on: try device().backend)
      .parameters["layer2.0.conv1.weight"]?.exported()
    #expect(other != weights[0])
  }

  @Test func normalizationMapsBytesAndSymmetricRanges() throws {
    let backend = try device().backend
    let normalization = InputNormalization(mean: [0.5, 0.25], standardDeviation: [0.5, 0.25])
    let x = Tensor([0, 0, 1, 1], shape: [1, 1, 2, 2], on: backend)
    #expect(try normalization.normalize(x).values() == [-1, -1, 1, 3])
    let y = Tensor([-1, -1, 1, 1], shape: [1, 1, 2, 2], on: backend)
    #expect(try normalization.normalize(y, range: -1...1).values() == [-1, -1, 1, 3])
  }

  // MARK: Files of others, and damaged ones

  private func reload(
    _ name: String = "resnet18_w16", change: (inout [String: StoredTensor]) throws -> Void
  ) throws -> any Classifier {
    let folder = try TemporaryFolder()
    var tensors = try storedTensors(Fixtures.url("\(name).safetensors"))
    try change(&tensors)
    let url = folder.url.appendingPathComponent("model.safetensors")
    try SafetensorsFile.write(tensors, to: url)
    return try ClassifierFile.load(url, on: try device().backend)
  }

  private func expectRefusal(
    says text: String, at location: SourceLocation = #_sourceLocation,
    change: (inout [String: StoredTensor]) throws -> Void
  ) throws {
    #expect(sourceLocation: location) {
      try reload(change: change)
    } throws: {
      "\($0)".contains("model.safetensors: ") && "\($0)".contains(text)
    }
  }

  @Test(.requiresFixtures)
  func parallelPrefixAndKuangliusNamesAreAccepted() throws {
    let classifier = try reload("resnet18_w16_cifarstem") { tensors in
      tensors = Dictionary(
        uniqueKeysWithValues: tensors.map { name, tensor in
          let renamed = name.replacingOccurrences(of: "downsample", with: "shortcut")
            .replacingOccurrences(of: "fc.", with: "linear.")
          return ("module.\(renamed)", tensor)
        })
    }
    #expect(classifier.configuration.naming == .kuangliu)
    #expect(classifier.configuration.stem == .cifar)
    #expect(classifier.configuration.width == 16)
    #expect(classifier.configuration.normalization == .cifar10)
    let io = try SafetensorsFile(Fixtures.url("resnet18_w16_cifarstem_io.safetensors"))
    let logits = classifier.logits(try Tensor("x32", of: io, on: try device().backend))
    expectClose(try logits.values(), try io.floats("logits32"), .deviation(2e-5), "logits")
  }

  @Test(.requiresFixtures)
  func damagedTensorsAreNamed() throws {
    try expectRefusal(says: "tensor 'layer3.1.bn2.running_var' is missing") {
      $0["layer3.1.bn2.running_var"] = nil
    }
    try expectRefusal(
      says: "tensor 'layer2.0.conv1.weight' has shape [9, 16, 32], "
        + "but the network needs [32, 16, 3, 3]"
    ) { $0["layer2.0.conv1.weight"]?.shape = [9, 16, 32] }
    try expectRefusal(says: "tensor 'aux.weight' has no place in this network") {
      $0["aux.weight"] = StoredTensor([1], shape: [1])
    }
    try expectRefusal(says: "tensor 'layer4.1.bn1.bias' has NaN or infinity at element 0") {
      $0["layer4.1.bn1.bias"] = StoredTensor([Float](repeating: .nan, count: 128), shape: [128])
    }
    try expectRefusal(says: "'fc.bias' and 'module.fc.bias' are two names") {
      $0["module.fc.bias"] = $0["fc.bias"]
    }
  }

  @Test(.requiresFixtures)
  func unknownArchitecturesSayWhy() throws {
    try expectRefusal(says: "there is no convolution 'conv1.weight'") { $0["conv1.weight"] = nil }
    try expectRefusal(says: "there is no last layer") { $0["fc.weight"] = nil }
    try expectRefusal(says: "tensor 'layer1.0.conv3.weight' has shape [1], but") {
      $0["layer1.0.conv3.weight"] = StoredTensor([1], shape: [1])
    }
    try expectRefusal(says: "its stages have [2, 1, 2, 2] blocks") {
      $0["layer2.1.conv1.weight"] = nil
    }
    try expectRefusal(says: "unknown architecture: 'conv1.weight' has shape [16, 3, 1, 49]") {
      $0["conv1.weight"]?.shape = [16, 3, 1, 49]
    }
  }
}
