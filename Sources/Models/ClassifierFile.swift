import Checkpoints
import ComputeBackend
import Foundation
import NeuralNet

/// Loads, saves and makes classifiers of any known architecture.
public enum ClassifierFile {
  /// Loads a file of weights with the tensor names of torchvision, BackdoorBench or akamaster.
  ///
  /// The architecture follows from names and shapes. Files of others don't state their input
  /// normalisation; then the one customary for the architecture is assumed.
  /// - Throws: `CheckpointError`, naming a missing, mis-shaped, unknown or NaN tensor.
  public static func load(_ url: URL, on backend: any ComputeBackend) throws -> any Classifier {
    let checkpoint = try Checkpoint(url)
    let storedNames = Self.presentNames(try checkpoint.storedNames())
    let configuration = try ClassifierConfiguration(
      path: url.path,
      metadata: try checkpoint.metadata.merging(TimmConfiguration.metadata(beside: url)) {
        own, _ in own
      }, shapes: storedNames.compactMapValues { checkpoint.shape($0) })
    let weights = CheckpointWeights(checkpoint, storedNames: storedNames, on: backend)
    let classifier = try backend.pool.lasting { try make(configuration, from: weights) }
    try weights.finish()
    return classifier
  }

  /// The names of published DenseNets, `norm.1` for `norm1`, as they are now.
  private static func presentNames(_ names: [String: String]) -> [String: String] {
    var result: [String: String] = [:]
    for (name, stored) in names {
      var present = name
      if name.contains(".denselayer") {
        for old in ["norm.1.", "norm.2.", "conv.1.", "conv.2."] {
          present = present.replacingOccurrences(
            of: "." + old, with: "." + old.replacingOccurrences(of: ".", with: "") + ".")
        }
      }
      result[present] = stored
    }
    return result
  }

  /// Whether a file, or timm's configuration beside it, says which input normalisation it needs.
  public static func statesNormalization(_ url: URL) throws -> Bool {
    let key = ClassifierConfiguration.meanKey
    return try Checkpoint(url).metadata[key] != nil
      || TimmConfiguration.metadata(beside: url)[key] != nil
  }

  /// A classifier with random weights, the same on every backend.
  public static func random(
    _ configuration: ClassifierConfiguration, seed: UInt64, on backend: any ComputeBackend
  ) -> any Classifier {
    do {
      return try make(configuration, from: RandomWeights(seed: seed, on: backend))
    } catch {
      preconditionFailure("ClassifierFile.random: \(error)")
    }
  }

  /// A classifier with weights from any source.
  public static func make(
    _ configuration: ClassifierConfiguration, from weights: any WeightSource
  ) throws -> any Classifier {
    switch configuration.architecture {
    case .resNet18, .resNet34, .resNet20: try ResNet(configuration, from: weights)
    case .preActResNet18: try PreActResNet(configuration, from: weights)
    case .resNet50: try BottleneckResNet(configuration, from: weights)
    case .vgg: try VGG(configuration, from: weights)
    case .denseNet: try DenseNet(configuration, from: weights)
    case .mobileNetV3: try MobileNetV3(configuration, from: weights)
    case .efficientNet: try EfficientNet(configuration, from: weights)
    case .convNeXt: try ConvNeXt(configuration, from: weights)
    case .visionTransformer: try VisionTransformer(configuration, from: weights)
    }
  }

  /// Writes a safetensors file that PyTorch loads and `load` restores exactly.
  public static func save(_ classifier: any Classifier, to url: URL) throws {
    try SafetensorsFile.write(
      classifier.storedTensors(), metadata: classifier.configuration.metadata, to: url)
  }
}
