import Autograd
import ComputeBackend
import Datasets
import Foundation
import Models
import Runs
import Training

/// What detectors work with; models are loaded when one is asked for.
public struct DetectionInput {
  public let dataset: ImageDataset
  /// The manipulated samples, if the ground truth is known.
  public let truth: Set<Int>?
  public let seed: UInt64
  /// The victim and what it makes of the images.
  public let evidence: VictimEvidence
  private let features: String?
  private let featureSide: Int?
  public let batchSize: Int
  public let backend: any ComputeBackend

  /// - Parameters:
  ///   - features: path of a classifier whose features are compared.
  ///   - featureSide: side to which images are resized for it; nil for their own.
  ///   - victim: which victim the evidence is from; nil for one trained by the usual recipe.
  ///   - folder: opens the run's folder, when a victim is to be trained.
  ///   - batchSize: images at once; changes speed and memory only.
  public init(
    dataset: ImageDataset, features: String? = nil, featureSide: Int? = nil,
    truth: Set<Int>? = nil, victim: VictimOptions? = nil, seed: UInt64 = 0, batchSize: Int = 256,
    backend: any ComputeBackend, folder: @escaping () throws -> RunFolder? = { nil }
  ) {
    self.dataset = dataset
    self.features = features
    self.featureSide = featureSide
    self.truth = truth
    self.seed = seed
    self.batchSize = batchSize
    self.backend = backend
    evidence = VictimEvidence(
      of: dataset, victim ?? VictimOptions(plan: ClassifierPlan(recipe: .victim(seed: seed))),
      batchSize: batchSize, backend: backend, folder: folder)
  }

  /// - Throws: `CheckpointError`, or `DetectionError` if there is no model or it does not fit.
  public func extractor() throws -> FeatureExtractor {
    guard let features else {
      throw DetectionError.missing("a classifier whose features it compares")
    }
    let network = try ClassifierFile.load(URL(fileURLWithPath: features), on: backend)
    let channels = network.configuration.inputChannels
    guard channels == dataset.channels else {
      throw DetectionError.unsuitableModel(
        path: features,
        reason: "it is for images of \(channels) channels, those of \(dataset.path) are "
          + "\(dataset.shape)")
    }
    let extractor = try FeatureExtractor(network, side: featureSide)
    let few = ImageSelection(dataset, indices: Array(0..<min(dataset.count, 16)))
    guard try extractor.features(of: few).values().allSatisfy(\.isFinite) else {
      throw DetectionError.unsuitableModel(
        path: features, reason: "its outputs are NaN or infinite")
    }
    return extractor
  }

  /// Features `[N, d]` of all samples on the device.
  public func featureVectors(_ run: Run) throws -> Tensor {
    let extractor = try extractor()
    let count = try run.count("features", of: dataset.count)
    return try extractor.features(of: dataset, batchSize: batchSize) { try count($0) }
  }
}
