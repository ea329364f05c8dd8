import Datasets

/// The sizes of a generator: a U-Net with or without a vision transformer at its bottleneck.
public struct GeneratorConfiguration: Hashable, Codable, Sendable {
  /// Of the images; height and width are multiples of `sizeDivisor`.
  public var shape: ImageShape
  /// Channels of each level, from full size down; each level has half the size of the one before.
  public var channels: [Int]
  /// Transformer blocks at the bottleneck; 0 for a plain U-Net.
  public var transformerBlocks: Int
  /// Heads of their attention.
  public var heads: Int

  public init(
    shape: ImageShape, channels: [Int] = [32, 64, 128], transformerBlocks: Int = 4, heads: Int = 4
  ) {
    self.shape = shape
    self.channels = channels
    self.transformerBlocks = transformerBlocks
    self.heads = heads
    precondition(
      !channels.isEmpty && shape.height % sizeDivisor == 0 && shape.width % sizeDivisor == 0,
      "GeneratorConfiguration: images of \(shape) on \(channels.count) levels")
  }

  /// What height and width are multiples of.
  public var sizeDivisor: Int { 1 << (channels.count - 1) }

  /// Pixels of the smallest level: the transformer's tokens.
  public var tokens: Int { (shape.height / sizeDivisor) * (shape.width / sizeDivisor) }
}
