import CMicroKernels
import ComputeBackend

/// How Winograd's algorithm cuts a 3×3 convolution of stride 1 into tiles.
struct WinogradTiling {
  /// What the tiles read, (size + 2)² pixels each.
  let source: ElixirTiles
  /// What they write, size² pixels each.
  let target: ElixirTiles
  let samples: Int

  /// The forward convolution: from the input to the output.
  init(_ geometry: Conv2DGeometry, size: Int) {
    self.init(
      samples: geometry.batch, size: size,
      from: (geometry.inputHeight, geometry.inputWidth, geometry.inputChannels),
      to: (geometry.outputHeight, geometry.outputWidth, geometry.outputChannels),
      padding: (geometry.padding.top, geometry.padding.left))
  }

  /// The input's gradient: a convolution of the output's gradient with the flipped kernels.
  init(inputGradientOf geometry: Conv2DGeometry, size: Int) {
    self.init(
      samples: geometry.batch, size: size,
      from: (geometry.outputHeight, geometry.outputWidth, geometry.outputChannels),
      to: (geometry.inputHeight, geometry.inputWidth, geometry.inputChannels),
      padding: (2 - geometry.padding.top, 2 - geometry.padding.left))
  }

  private init(
    samples: Int, size: Int, from: (height: Int, width: Int, channels: Int),
    to: (height: Int, width: Int, channels: Int), padding: (top: Int, left: Int)
  ) {
    let rows = (to.height + size - 1) / size
    let columns = (to.width + size - 1) / size
    self.samples = samples
    source = ElixirTiles(
      height: from.height, width: from.width, channels: from.channels, rows: rows,
      columns: columns, size: size, offsetY: -padding.top, offsetX: -padding.left)
    target = ElixirTiles(
      height: to.height, width: to.width, channels: to.channels, rows: rows, columns: columns,
      size: size, offsetY: 0, offsetX: 0)
  }

  /// Tiles of the whole batch.
  var count: Int { samples * source.rows * source.columns }
  /// Matrix products, one for each position in a tile.
  var planes: Int { (source.size + 2) * (source.size + 2) }
}
