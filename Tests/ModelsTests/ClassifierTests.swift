import Autograd
import Checkpoints
import ComputeBackend
import Foundation
import Models
import NeuralNet
import TestSupport
import Testing

@Suite(.requiresFixtures)
struct ClassifierTests {
  static let names = ["resnet18_w16", "resnet18_w16_cifarstem", "preact18_w16_nofinalbn"]

  private func load(_ name: String, _ device: TestDevice) throws -> any Classifier {
    try ClassifierFile.load(Fixtures.url("\(name).safetensors"), on: device.backend)
  }

  private func io(_ name: String) throws -> SafetensorsFile {
    try SafetensorsFile(Fixtures.url("\(name)_io.safetensors"))
  }

  private func labels(
    _ name: String, _ file: SafetensorsFile, _ device: TestDevice
  ) throws -> IndexTensor {
    let values = try file.floats(name).map { Int32($0) }
    return IndexTensor(values, shape: [values.count], on: device.backend)
  }

  @Test(arguments: TestDevices.all, names)
  func evaluationIsThatOfPyTorch(device: TestDevice, name: String) throws {
    let classifier = try load(name, device)
    let file = try io(name)
    for size in ["32", "64"] where file.contains("x\(size)") {
      let x = try Tensor("x\(size)", of: file, on: device.backend).variable()
      let (features, logits) = classifier.featuresAndLogits(x)
      let losses = softmaxCrossEntropy(
        logits, labels: try labels("y\(size)", file, device))
      expectClose(
        try features.values(), try file.floats("features\(size)"), .deviation(2e-5), "features")
      expectClose(try logits.values(), try file.floats("logits\(size)"), .deviation(2e-5), "logits")
      let loss = losses.mean()
      expectClose([try loss.item()], try file.floats("ce\(size)"), .relative(2e-6), "loss")
      let slope = gradient(of: loss, wrt: [x])[0]
      expectClose(
        try slope.channelsFirstValues(), try file.floats("grad_x_eval\(size)"), .deviation(1e-4),
        "gradient of the input")
    }
  }

  @Test(arguments: TestDevices.all, names)
  func trainingIsThatOfPyTorch(device: TestDevice, name: String) throws {
    let classifier = try load(name, device)
    let file = try io(name)
    let arena = ParameterArena(classifier.parameters.weights)
    classifier.setTraining(true)
    let x = try Tensor("x32", of: file, on: device.backend)
    let truth = try labels("y32", file, device)
    let logits = classifier.logits(x)
    let loss = softmaxCrossEntropy(logits, labels: truth).mean()
    // The stem for ImageNet leaves one pixel of a 32×32 image: normalised over four values, the
    // gradients of PyTorch in 32 and 64 bits differ by 1.4·10⁻³ themselves.
    let tolerance = name == "resnet18_w16" ? 50 : 1.0
    expectClose(
      try logits.values(), try file.floats("train_logits"), .deviation(2e-5 * tolerance), "logits")
    expectClose([try loss.item()], try file.floats("train_ce"), .relative(1e-5), "loss")

    for stored in file.names where stored.hasPrefix("after_train.") {
      let parameter = try #require(
        classifier.parameters[String(stored.dropFirst("after_train.".count))])
      expectClose(try parameter.exported(), try file.floats(stored), .relative(1e-5), stored)
    }

    // Where the input of a ReLU is zero but for rounding, its slope may come out as 0 or 1, and the
    // gradients behind it differ by 10⁻³: an image brighter by a rounding decides such a case anew.
    let losses =
      [loss]
      + [1 + 1e-6, 1 - 1e-6].map {
        softmaxCrossEntropy(classifier.logits(x.affine(scale: $0, offset: 0)), labels: truth).mean()
      }
    let byName = losses.map {
      Dictionary(
        uniqueKeysWithValues: zip(
          arena.parameters.map(\.name), gradient(of: $0, wrt: arena.variables)))
    }
    for stored in file.names where stored.hasPrefix("train_grad.") {
      let differences = try byName.map { gradients in
        let found = try #require(gradients[String(stored.dropFirst("train_grad.".count))])
        return Closeness.deviation(1e-4 * tolerance).difference(
          try found.channelsFirstValues(), try file.floats(stored))
      }
      #expect(differences.contains(nil), "\(stored): \(differences[0] ?? "")")
    }
  }

  /// A trained ResNet-20 with its author's tensor names and shortcuts without weights.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: realModel.path), "no shared/models"),
    arguments: TestDevices.all)
  func realResNet20IsVerified(device: TestDevice) throws {
    let classifier = try ClassifierFile.load(Self.realModel, on: device.backend)
    #expect(classifier.configuration.architecture == .resNet20)
    #expect(classifier.configuration.normalization == .imageNet)
    #expect(classifier.weightCount == 269_722)
    let fixture = Fixtures.shared.appendingPathComponent(
      "models/resnet20-cifar10.verify.safetensors")
    let (logits, features) = try Verification.classifier(
      classifier, fixture: fixture, on: device.backend)
    #expect(logits.relative < 2e-5, "\(logits)")
    #expect(try #require(features).relative < 2e-5)
  }

  private static let realModel = Fixtures.shared.appendingPathComponent(
    "models/resnet20-cifar10.safetensors")

  @Test(arguments: TestDevices.all, names)
  func foldedNormalizationsChangeNothing(device: TestDevice, name: String) throws {
    let classifier = try load(name, device)
    let x = try Tensor("x32", of: try io(name), on: device.backend)
    let arena = ParameterArena(classifier.parameters.weights)
    let folded = try withoutGradient { try classifier.logits(x).values() }
    let plain = try classifier.logits(x).values()
    expectClose(folded, plain, .deviation(2e-5), "folded")
    // The arena is written: what was folded from it before is out of date.
    device.backend.affineSum([(coefficient: 1.25, slice: arena.weights)], into: arena.weights)
    let scaled = try classifier.logits(x).values()
    let foldedAgain = try withoutGradient { try classifier.logits(x).values() }
    expectClose(foldedAgain, scaled, .deviation(2e-5), "folded after a change")
    #expect(Closeness.deviation(0.05).difference(scaled, plain) != nil)
  }

  @Test(arguments: TestDevices.all)
  func foldedWeightsFollowTheRunningStatistics(device: TestDevice) throws {
    let classifier = try load("resnet18_w16_cifarstem", device)
    let x = try Tensor("x32", of: try io("resnet18_w16_cifarstem"), on: device.backend)
    let before = try classifier.logits(x).values()
    classifier.setTraining(true)
    _ = classifier.logits(x)
    classifier.setTraining(false)
    let after = try classifier.logits(x).values()
    #expect(Closeness.deviation(0.01).difference(after, before) != nil)
    let arena = ParameterArena(classifier.parameters.weights)
    _ = arena
    expectClose(try classifier.logits(x).values(), after, .deviation(2e-5), "not folded")
  }

  @Test(arguments: TestDevices.all)
  func inferenceCopyDoesNotFollowTraining(device: TestDevice) throws {
    let classifier = try load("preact18_w16_nofinalbn", device)
    let x = try Tensor("x32", of: try io("preact18_w16_nofinalbn"), on: device.backend)
    let arena = ParameterArena(classifier.parameters.weights)
    let copy = try classifier.inferenceCopy()
    let expected = try classifier.logits(x).values()
    device.backend.fill(arena.weights, with: 0)
    expectClose(try copy.logits(x).values(), expected, .deviation(2e-5), "copy")
    #expect(try classifier.logits(x).values().allSatisfy { $0 == 0 })
  }
}
