import Datasets
import Models
import Sifting

/// How a denoiser is made of the dataset itself, for users who have no other: Meta-Sift chooses the
/// samples that it trusts most, and the denoiser learns from these alone.
///
/// A denoiser that has seen a trigger restores it, so few clean samples serve better than many of
/// which some carry one: of 1,500 digits with 150 poisons, 2 of the first tenth by weight were
/// poison, 12 of the first quarter, 42 of the first half.
public struct OwnDenoiser: Codable, Hashable, Sendable {
  /// Of each class, the share that is trained on.
  public var share = 0.1
  /// Of each class at least so many, or all.
  public var fewest = 20
  /// m, the sifters.
  public var sifters = 5
  /// Steps of the training, of `batchSize` images each.
  public var steps = 5000
  /// Ends the training after this time, so that the result depends on the machine; nil for no
  /// limit.
  public var minutes: Double?

  public init() {}

  static let batchSize = 64

  /// The network that is trained, of as many levels as the images can be halved, up to three.
  static func network(for shape: ImageShape) -> UNet2DConfiguration {
    let widths = [32, 64, 64]
    let levels = (1...widths.count).last {
      let divisor = 1 << ($0 - 1)
      return shape.height % divisor == 0 && shape.width % divisor == 0
    }
    return .denoiser(
      height: shape.height, width: shape.width, imageChannels: shape.channels,
      channels: Array(widths.prefix(levels ?? 1)), layers: 1, attention: [16])
  }

  /// What chooses the samples.
  func sift(seed: UInt64) -> MetaSift {
    var method = MetaSift(seed: seed)
    method.sifters = sifters
    return method
  }

  /// Samples of each class to train on.
  package func quota(_ images: any LabelledImages) -> [Int] {
    var sizes = [Int](repeating: 0, count: images.classCount)
    for label in images.labels { sizes[Int(label)] += 1 }
    return sizes.map { min($0, max(fewest, Int((share * Double($0)).rounded()))) }
  }
}

/// What a denoiser of one's own was made of.
public struct OwnDenoiserReport: Codable, Equatable, Sendable {
  /// Samples that it was trained on, by class.
  public var samples: [Int]
  public var sifters: Int
  /// Steps done.
  public var steps: Int
}
