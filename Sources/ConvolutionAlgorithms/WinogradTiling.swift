import ComputeBackend

/// How Winograd's algorithm F(m×m, 3×3) cuts a convolution of stride 1 into tiles.
///
/// A tile reads (m + 2)² pixels of the source and writes m² of the target.
public struct WinogradTiling: Sendable {
  /// m: 2 or 4.
  public let size: Int
  public let samples: Int
  public let source: Image
  public let target: Image
  /// First pixel that the first tile reads; negative where that is padding.
  public let top: Int
  public let left: Int

  /// The extent of images.
  public struct Image: Sendable {
    public let height: Int
    public let width: Int
    public let channels: Int
  }

  /// The forward convolution: from the input to the output.
  public init(_ g: Conv2DGeometry, size: Int) {
    self.size = size
    samples = g.batch
    source = Image(height: g.inputHeight, width: g.inputWidth, channels: g.inputChannels)
    target = Image(height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels)
    (top, left) = (-g.padding.top, -g.padding.left)
  }

  /// The input's gradient: a convolution of the output's gradient with the turned kernels.
  public init(inputGradientOf g: Conv2DGeometry, size: Int) {
    self.size = size
    samples = g.batch
    source = Image(height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels)
    target = Image(height: g.inputHeight, width: g.inputWidth, channels: g.inputChannels)
    (top, left) = (g.padding.top - 2, g.padding.left - 2)
  }

  /// Tiles of a sample.
  public var rows: Int { (target.height + size - 1) / size }
  public var columns: Int { (target.width + size - 1) / size }
  /// Tiles of the whole batch.
  public var count: Int { samples * rows * columns }
  /// Matrix products, one for each position in a tile.
  public var planes: Int { (size + 2) * (size + 2) }
}
