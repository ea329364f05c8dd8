import CMicroKernels
import ComputeBackend
import ConvolutionAlgorithms

extension WinogradTiling {
  /// What the kernels read.
  var sourceTiles: ElixirTiles { tiles(source, offsetY: top, offsetX: left) }
  /// What they write, or in the weight's gradient the other image that they read.
  var targetTiles: ElixirTiles { tiles(target, offsetY: 0, offsetX: 0) }

  private func tiles(_ image: Image, offsetY: Int, offsetX: Int) -> ElixirTiles {
    ElixirTiles(
      height: image.height, width: image.width, channels: image.channels, rows: rows,
      columns: columns, size: size, offsetY: offsetY, offsetX: offsetX)
  }
}
