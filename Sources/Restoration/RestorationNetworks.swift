import Autograd
import Checkpoints
import Datasets
import Foundation
import NeuralNet
import Support

/// The four networks of PD-AutoR's cycleGAN (§3.2, Figure 5).
public final class RestorationNetworks: Module {
  /// Their sizes, for images of any shape.
  public struct Sizes: Hashable, Codable, Sendable {
    /// Channels of the generators' first level, a multiple of 4; the discriminators' tokens follow.
    public var width: Int
    /// A vision transformer at the generators' bottleneck; without one they are plain U-Nets.
    public var hasTransformer: Bool
    /// Patches of three sizes for the discriminators; of one otherwise.
    public var isMultiGranularity: Bool

    public init(width: Int = 32, hasTransformer: Bool = true, isMultiGranularity: Bool = true) {
      self.width = width
      self.hasTransformer = hasTransformer
      self.isMultiGranularity = isMultiGranularity
    }

    /// Three levels, and one more each time the images are twice as large.
    func generator(_ frame: RestorationFrame) -> GeneratorConfiguration {
      let channels = [width, 2 * width] + [Int](repeating: 4 * width, count: 1 + frame.halvings)
      return GeneratorConfiguration(
        shape: frame.padded, channels: channels, transformerBlocks: hasTransformer ? 4 : 0)
    }

    func discriminator(_ frame: RestorationFrame) -> DiscriminatorConfiguration {
      let (patch, width) = (4 << frame.halvings, 3 * width)
      return isMultiGranularity
        ? .multiGranularity(shape: frame.padded, patch: patch, width: width)
        : .singleGranularity(shape: frame.padded, patch: patch, width: width)
    }
  }

  public let sizes: Sizes
  public let frame: RestorationFrame
  /// G_p: clean images to poisoned ones.
  public let poisoner: RestorationGenerator
  /// R: poisoned images to clean ones.
  public let restorer: RestorationGenerator
  /// D_pd: tells real poisoned images from those that G_p makes.
  public let poisonedDiscriminator: TransformerDiscriminator
  /// D_cd: tells real clean images from those that R makes.
  public let cleanDiscriminator: TransformerDiscriminator

  /// - Throws: `RestorationError.images` if the images are too small, or what the source throws.
  public init(_ sizes: Sizes, for shape: ImageShape, from source: any WeightSource) throws {
    self.sizes = sizes
    frame = try RestorationFrame(shape)
    let (generator, discriminator) = (sizes.generator(frame), sizes.discriminator(frame))
    poisoner = try RestorationGenerator(generator, path: "poisoner", from: source)
    restorer = try RestorationGenerator(generator, path: "restorer", from: source)
    poisonedDiscriminator = try TransformerDiscriminator(
      discriminator, path: "poisoned_discriminator", from: source)
    cleanDiscriminator = try TransformerDiscriminator(
      discriminator, path: "clean_discriminator", from: source)
  }

  public func collectParameters(into list: inout ParameterList) {
    for generator in [poisoner, restorer] { generator.collectParameters(into: &list) }
    for discriminator in [poisonedDiscriminator, cleanDiscriminator] {
      discriminator.collectParameters(into: &list)
    }
  }
}
