import Autograd
import Checkpoints
import ComputeBackend
import Foundation
import Models
import NetworkSupport
import NeuralNet
import TestSupport
import Testing

/// Classifiers of torchvision, timm and BackdoorBench with the outputs of PyTorch.
@Suite(.requiresFixtures)
struct ClassifierFamilyTests {
  static let folder = Fixtures.shared.appendingPathComponent("formats/checkpoints/classifiers")

  struct Expected: Decodable {
    struct Model: Decodable {
      var file: String
      var io: String
    }
    var models: [Model]
  }

  static let models: [String: String] = {
    let url = folder.appendingPathComponent("expected.json")
    guard let data = try? Data(contentsOf: url),
      let expected = try? JSONDecoder().decode(Expected.self, from: data)
    else { return [:] }
    return Dictionary(uniqueKeysWithValues: expected.models.map { ($0.file, $0.io) })
  }()
  static let names = models.keys.sorted()

  private func load(_ name: String, on device: TestDevice) throws -> any Classifier {
    try ClassifierFile.load(Self.folder.appendingPathComponent(name), on: device.backend)
  }

  private func io(_ name: String) throws -> URL {
    Self.folder.appendingPathComponent(try #require(Self.models[name]))
  }

  @Test func thereAreFixtures() { #expect(Self.names.count >= 15) }

  @Test(arguments: names, TestDevices.all)
  func outputIsThatOfPyTorch(name: String, device: TestDevice) throws {
    let classifier = try load(name, on: device)
    let (logits, features) = try Verification.classifier(
      classifier, fixture: io(name), on: device.backend)
    #expect(logits.relative < 3e-5, "\(logits)")
    #expect(try #require(features).relative < 3e-5, "\(features!)")
    let file = try SafetensorsFile(io(name))
    #expect(file.shape("features")?.last == classifier.configuration.featureCount)
    #expect(classifier.configuration.classes == 10)
  }

  /// What is told of hidden layers ends before the features: stages in one, blocks in the other.
  @Test func hiddenLayersAreNamed() throws {
    let device = try #require(TestDevices.all.first)
    for (name, count) in [("tv-resnet50", 4), ("tv-densenet", 4), ("tv-vgg", 5), ("tv-vit", 3)] {
      let file = try #require(Self.names.first { $0.hasPrefix(name) })
      let classifier = try load(file, on: device)
      let side = max(classifier.configuration.imageSize, 32)
      let images = Tensor(
        [Float](repeating: 0.5, count: 2 * side * side * 3), shape: [2, side, side, 3],
        on: device.backend)
      var layers: [String] = []
      let features = withoutGradient {
        classifier.features(images) { name, activations in
          layers.append(name)
          #expect(activations.shape[0] == 2)
        }
      }
      #expect(features.shape == [2, classifier.configuration.featureCount])
      #expect(layers.first == "stem" && Set(layers).count == layers.count, "\(file): \(layers)")
      #expect(layers.count == count + 1, "\(file): \(layers)")
    }
  }

  static let architectures: [String: ClassifierConfiguration.Architecture] = [
    "resnet": .resNet50, "wide": .resNet50, "vgg": .vgg, "densenet": .denseNet,
    "mobilenet": .mobileNetV3, "efficientnet": .efficientNet, "convnext": .convNeXt,
    "vit": .visionTransformer,
  ]

  @Test(arguments: names)
  func architectureIsFoundFromTheNames(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let configuration = try load(name, on: device).configuration
    let family = name.dropFirst(name.hasPrefix("timm-") ? 5 : 3).prefix { $0.isLetter }
    #expect(configuration.architecture == Self.architectures[String(family)])
    // timm's transformer has another normalization, which its configuration states.
    #expect(
      configuration.normalization
        == (name.contains("vit_tiny") ? .centered(channels: 3) : .imageNet))
    #expect(
      try ClassifierFile.statesNormalization(Self.folder.appendingPathComponent(name))
        == name.hasPrefix("timm-"))
  }

  /// By PyTorch in double precision, with the same directions: in these networks so many ReLUs are
  /// near their kink that differences are no measure.
  static let slopes: [String: Float] = [
    "timm-resnet50/model.safetensors": -0.358687199, "tv-wide-resnet.safetensors": 0.168343424,
    "tv-resnet50.safetensors": -1.034297790,
  ]

  /// The slope along a direction, by the gradient and by a difference of outputs.
  @Test(arguments: names, TestDevices.all)
  func gradientIsTheSlope(name: String, device: TestDevice) throws {
    let classifier = try load(name, on: device)
    let file = try SafetensorsFile(io(name))
    let x = try Tensor("x", of: file, on: device.backend)
    let direction = Tensor(
      FormulaWeights.values(x.count, salt: 3).map { Float($0) }, shape: x.shape,
      on: device.backend)
    let shares = Tensor(
      FormulaWeights.values(10 * x.shape[0], salt: 4).map { Float($0) },
      shape: [x.shape[0], 10], on: device.backend)
    func loss(_ x: Tensor) -> Tensor { (classifier.logits(x) * shares).sum() }
    let variable = x.variable()
    let slope = try (gradient(of: loss(variable), wrt: [variable])[0] * direction).sum().item()
    if let expected = Self.slopes[name] {
      #expect(abs(slope - expected) < 2e-5 * abs(expected), "\(slope), \(expected)")
      return
    }
    // Small, since between two images a ReLU may switch.
    let step: Float = 1e-3
    let difference =
      try
      (loss(affineSum([(1, x), (step, direction)])).item()
      - loss(affineSum([(1, x), (-step, direction)])).item()) / (2 * step)
    #expect(abs(slope - difference) < 0.04 * abs(difference) + 2e-3, "\(slope), \(difference)")
  }

  /// Copies, and files that are written and read, give the same.
  @Test(arguments: names)
  func savedClassifierIsRestored(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let classifier = try load(name, on: device)
    let x = try Tensor("x", of: SafetensorsFile(io(name)), on: device.backend)
    let logits = try classifier.logits(x).values()
    #expect(try classifier.inferenceCopy().logits(x).values() == logits)
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("model.safetensors")
    try ClassifierFile.save(classifier, to: url)
    let restored = try ClassifierFile.load(url, on: device.backend)
    #expect(restored.configuration.normalization == classifier.configuration.normalization)
    #expect(try restored.logits(x).values() == logits)
  }

  /// A step of training changes all weights, and the running statistics.
  @Test(arguments: names)
  func everyWeightLearns(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let classifier = try load(name, on: device)
    let arena = ParameterArena(classifier.parameters.weights)
    classifier.setTraining(true)
    let x = try Tensor("x", of: SafetensorsFile(io(name)), on: device.backend)
    let labels = IndexTensor(
      (0..<x.shape[0]).map { Int32($0) }, shape: [x.shape[0]], on: device.backend)
    let loss = softmaxCrossEntropy(classifier.logits(x), labels: labels).mean()
    #expect(try loss.item().isFinite)
    for (parameter, slope) in zip(arena.parameters, gradient(of: loss, wrt: arena.variables)) {
      #expect(try slope.values().allSatisfy { $0.isFinite }, "\(parameter.name)")
    }
  }

  /// The fixture's tensors under other names, as they are in files of timm.
  private func loadRenamed(
    _ name: String, on device: TestDevice,
    _ rename: (String, StoredTensor) -> (String, StoredTensor)
  ) throws -> any Classifier {
    let tensors = try storedTensors(Self.folder.appendingPathComponent(name))
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("model.safetensors")
    try SafetensorsFile.write(
      Dictionary(uniqueKeysWithValues: tensors.map { rename($0.key, $0.value) }), to: url)
    return try ClassifierFile.load(url, on: device.backend)
  }

  /// timm's VGG has torchvision's two hidden layers as convolutions.
  @Test(arguments: ["tv-vgg16_bn.safetensors", "tv-vgg19.safetensors"])
  func timmNamesOfVGGAreKnown(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let classifier = try loadRenamed(name, on: device) { name, tensor in
      var tensor = tensor
      let names = ["classifier.0": "pre_logits.fc1", "classifier.3": "pre_logits.fc2"]
      for (theirs, timms) in names where name.hasPrefix(theirs) {
        if name.hasSuffix("weight") {
          tensor.shape =
            theirs == "classifier.0"
            ? [tensor.shape[0], tensor.shape[1] / 49, 7, 7] : tensor.shape + [1, 1]
        }
        return (name.replacingOccurrences(of: theirs, with: timms), tensor)
      }
      return (name.replacingOccurrences(of: "classifier.6", with: "head.fc"), tensor)
    }
    let (logits, _) = try Verification.classifier(
      classifier, fixture: io(name), on: device.backend)
    #expect(logits.relative < 3e-5, "\(logits)")
  }

  /// timm's MobileNetV3 has a smaller ε: greater variances make up for it.
  @Test func timmNamesOfMobileNetAreKnown() throws {
    let device = try #require(TestDevices.all.first)
    // The blocks of each stage.
    let stages = [1, 2, 3, 4, 2, 3].enumerated().flatMap { stage, count in
      (0..<count).map { "blocks.\(stage).\($0)" }
    }
    let classifier = try loadRenamed("tv-mobilenet_v3_large.safetensors", on: device) {
      name, tensor in
      var tensor = tensor
      if name.hasSuffix("running_var"), case .float32(let values) = tensor.elements {
        tensor.elements = .float32(values.map { $0 + 1e-3 - 1e-5 })
      }
      let words = name.split(separator: ".").map(String.init)
      let end = words[words.count - 1]
      switch words[0] {
      case "classifier" where words[1] == "0":
        if end == "weight" { tensor.shape += [1, 1] }
        return ("conv_head.\(end)", tensor)
      case "classifier": return ("classifier.\(end)", tensor)
      default: break
      }
      let index = Int(words[1]) ?? 0
      if index == 0 { return ((words[2] == "0" ? "conv_stem." : "bn1.") + end, tensor) }
      if index == 16 {
        return ((words[2] == "0" ? "blocks.6.0.conv." : "blocks.6.0.bn1.") + end, tensor)
      }
      // Blocks 1 to 4 but the second and third have no expansion, as widths are rounded up.
      let block = stages[index - 1]
      if words[4].hasPrefix("fc") {
        return ("\(block).se.conv_\(words[4] == "fc1" ? "reduce" : "expand").\(end)", tensor)
      }
      let shapes = classifierShapes
      let hasExpansion = shapes["features.\(index).block.0.0.weight"]?[1] != 1
      let hasAttention = shapes.keys.contains {
        $0.hasPrefix("features.\(index).block.") && $0.contains(".fc1.")
      }
      var parts = hasExpansion ? ["conv_pw", "conv_dw", "conv_pwl"] : ["conv_dw", "conv_pw"]
      if hasAttention { parts.insert("se", at: parts.count - 1) }
      let part = parts[Int(words[3]) ?? 0]
      let number = parts.filter { $0 != "se" }.firstIndex(of: part) ?? 0
      return ("\(block).\(words[4] == "0" ? part : "bn\(number + 1)").\(end)", tensor)
    }
    #expect(classifier.configuration.architecture == .mobileNetV3)
    #expect(classifier.configuration.naming == .timm)
    let (logits, _) = try Verification.classifier(
      classifier, fixture: io("tv-mobilenet_v3_large.safetensors"), on: device.backend)
    #expect(logits.relative < 3e-5, "\(logits)")
  }

  private var classifierShapes: [String: [Int]] {
    let url = Self.folder.appendingPathComponent("tv-mobilenet_v3_large.safetensors")
    guard let file = try? SafetensorsFile(url) else { return [:] }
    return Dictionary(uniqueKeysWithValues: file.names.map { ($0, file.shape($0) ?? []) })
  }

  /// Other sizes than those of the fixtures, odd ones too.
  @Test(arguments: names, [28, 33])
  func otherSizesAreTaken(name: String, side: Int) throws {
    let device = try #require(TestDevices.all.first)
    let classifier = try load(name, on: device)
    let shape = [1, side, side, 3]
    let x = Tensor(
      FormulaWeights.values(side * side * 3, salt: 5).map { Float($0) }, shape: shape,
      on: device.backend)
    let logits = classifier.logits(x)
    #expect(logits.shape == [1, 10])
    #expect(try logits.values().allSatisfy { $0.isFinite })
  }

  @Test(arguments: [
    ("tv-resnet50.safetensors", "layer3.0.conv2.weight"),
    ("tv-vgg19.safetensors", "features.7.weight"),
    ("tv-densenet161.safetensors", "features.denseblock2.denselayer2.conv1.weight"),
    ("tv-mobilenet_v3_large.safetensors", "features.9.block.2.0.weight"),
    ("tv-efficientnet_b0.safetensors", "features.3.0.block.2.fc2.weight"),
    ("tv-convnext_tiny.safetensors", "features.4.1.weight"),
    ("tv-vit_b_16.safetensors", "encoder.layers.encoder_layer_1.mlp.3.weight"),
    ("timm-efficientnet_b0/model.safetensors", "blocks.3.0.conv_pwl.weight"),
  ])
  func tensorsThatDoNotFitAreNamed(name: String, tensor: String) throws {
    let device = try #require(TestDevices.all.first)
    var tensors = try storedTensors(Self.folder.appendingPathComponent(name))
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("model.safetensors")
    let whole = try #require(tensors[tensor])
    let values = [Float](repeating: 0, count: whole.shape.reduce(1, *))
    // One more input.
    var shape = whole.shape
    shape[1] += 1
    tensors[tensor] = StoredTensor(
      values + [Float](repeating: 0, count: values.count / whole.shape[1]), shape: shape)
    try SafetensorsFile.write(tensors, to: url)
    #expect { try ClassifierFile.load(url, on: device.backend) } throws: {
      "\($0)".contains("tensor '\(tensor)' has shape") && !"\($0)".contains("\n")
    }
    tensors[tensor] = nil
    try SafetensorsFile.write(tensors, to: url)
    #expect(throws: CheckpointError.self) {
      try ClassifierFile.load(url, on: device.backend)
    }
  }
}
