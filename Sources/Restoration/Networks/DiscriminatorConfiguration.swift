import Datasets

/// The sizes of a transformer discriminator that looks at patches of one or several sizes.
public struct DiscriminatorConfiguration: Hashable, Codable, Sendable {
  /// Patches of one size.
  public struct Granularity: Hashable, Codable, Sendable {
    /// Pixels of a patch's side, twice those of the granularity before.
    public var patch: Int
    /// Channels that these patches add to a token.
    public var width: Int
    /// Transformer blocks at this granularity.
    public var blocks: Int

    public init(patch: Int, width: Int, blocks: Int) {
      self.patch = patch
      self.width = width
      self.blocks = blocks
    }
  }

  /// Of the images; height and width are multiples of the greatest patch.
  public var shape: ImageShape
  /// From the finest on.
  public var granularities: [Granularity]
  /// Heads of the attention, which divide the width at every granularity.
  public var heads: Int

  public init(shape: ImageShape, granularities: [Granularity], heads: Int = 4) {
    self.shape = shape
    self.granularities = granularities
    self.heads = heads
    let patches = granularities.map(\.patch)
    precondition(
      zip(patches, patches.dropFirst()).allSatisfy { $1 == 2 * $0 }
        && patches.last.map { shape.height % $0 == 0 && shape.width % $0 == 0 } ?? false,
      "DiscriminatorConfiguration: patches \(patches) for images of \(shape)")
  }

  /// Three granularities: patches of `patch`, twice and four times as many pixels.
  public static func multiGranularity(
    shape: ImageShape, patch: Int = 4, width: Int = 96
  ) -> DiscriminatorConfiguration {
    DiscriminatorConfiguration(
      shape: shape,
      granularities: [(1, 1), (2, 1), (4, 2)].map { factor, widths in
        Granularity(patch: factor * patch, width: widths * width, blocks: 2)
      })
  }

  /// One granularity of twice `patch`, as deep as the three together and of their mean width.
  public static func singleGranularity(
    shape: ImageShape, patch: Int = 4, width: Int = 96
  ) -> DiscriminatorConfiguration {
    DiscriminatorConfiguration(
      shape: shape, granularities: [Granularity(patch: 2 * patch, width: 2 * width, blocks: 6)])
  }

  /// Tokens of a granularity.
  public func tokens(_ granularity: Granularity) -> Int {
    (shape.height / granularity.patch) * (shape.width / granularity.patch)
  }
}
