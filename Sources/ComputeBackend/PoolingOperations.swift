/// The geometry of a pooling window over images `[N, H, W, C]`.
public struct Pool2DGeometry: Hashable, Sendable {
  public var batch: Int
  public var inputHeight: Int
  public var inputWidth: Int
  public var channels: Int
  public var kernel: Int
  public var stride: Int
  /// On all sides; padded places never win a maximum.
  public var padding: Int

  public init(
    batch: Int, inputHeight: Int, inputWidth: Int, channels: Int, kernel: Int, stride: Int,
    padding: Int = 0
  ) {
    precondition(
      kernel > 0 && stride > 0 && padding * 2 <= kernel && inputHeight + 2 * padding >= kernel
        && inputWidth + 2 * padding >= kernel,
      "Pool2DGeometry: kernel \(kernel), padding \(padding) on \(inputHeight)×\(inputWidth)")
    self.batch = batch
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  public var outputHeight: Int { (inputHeight + 2 * padding - kernel) / stride + 1 }
  public var outputWidth: Int { (inputWidth + 2 * padding - kernel) / stride + 1 }
  public var inputCount: Int { batch * inputHeight * inputWidth * channels }
  public var outputCount: Int { batch * outputHeight * outputWidth * channels }
}

/// Pooling and nearest-neighbour upsampling.
public protocol PoolingOperations {
  /// Maxima and, Int32 in the output's shape, each one's flat index into the input (first on ties).
  func maxPool(
    _ geometry: Pool2DGeometry, _ input: BufferSlice, into: BufferSlice, indices: BufferSlice)
  /// `into` (input's shape, zeroed first) [indices[i]] += source[i].
  func scatterAdd(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice)
  /// `into[i]` = source[indices[i]].
  func gather(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice)
  /// Means over `factor`×`factor` windows, stride `factor`: `[N, H, W, C]` to `[N, H/f, W/f, C]`,
  /// times `scale`; with scale f² the gradient of `upsampleNearest`. `shape` is `[N, H, W, C]`.
  func averagePool(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice)
  /// Repeats each pixel `factor`×`factor` times, times `scale`; with scale 1/f² the gradient of
  /// `averagePool`. `shape` is the input's `[N, H, W, C]`.
  func upsampleNearest(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice)
}
