import ComputeBackend

/// How Winograd's algorithm cuts a 3×3 convolution of stride 1 into tiles; `winograd.cl` explains it.
struct WinogradTiling {
  /// Output pixels of a tile's side: 2 or 4.
  let size: Int
  let samples: Int
  let source: Image
  let target: Image
  /// First pixel that the first tile reads.
  let top: Int
  let left: Int

  struct Image {
    var height: Int
    var width: Int
    var channels: Int
  }

  /// The forward convolution: from the input to the output.
  init(_ g: Conv2DGeometry, size: Int) {
    self.size = size
    samples = g.batch
    source = Image(height: g.inputHeight, width: g.inputWidth, channels: g.inputChannels)
    target = Image(height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels)
    (top, left) = (-g.padding.top, -g.padding.left)
  }

  /// The input's gradient: a convolution of the output's gradient with the turned kernels.
  init(inputGradientOf g: Conv2DGeometry, size: Int) {
    self.size = size
    samples = g.batch
    source = Image(height: g.outputHeight, width: g.outputWidth, channels: g.outputChannels)
    target = Image(height: g.inputHeight, width: g.inputWidth, channels: g.inputChannels)
    (top, left) = (g.padding.top - 2, g.padding.left - 2)
  }

  var rows: Int { (target.height + size - 1) / size }
  var columns: Int { (target.width + size - 1) / size }
  var count: Int { samples * rows * columns }
  var planes: Int { (size + 2) * (size + 2) }
}

/// Where a Winograd product's weights come from.
///
/// Tap t of the kernel for (row, column) of the product's right-hand matrix lies at
/// `first` + row·rowStride + column·columnStride + t·tapStride.
struct WinogradWeight: Hashable {
  var size: Int
  var rows: Int
  var columns: Int
  var first = 0
  var rowStride: Int
  var columnStride: Int
  var tapStride: Int

  /// Kernels as the forward convolution reads them, `[I, O]`.
  init(of g: Conv2DGeometry, size: Int) {
    self.size = size
    (rows, columns) = (g.inputChannels, g.outputChannels)
    (rowStride, columnStride, tapStride) = (1, 9 * g.inputChannels, g.inputChannels)
  }

  /// Kernels turned by 180°, `[O, I]`.
  init(turnedOf g: Conv2DGeometry, size: Int) {
    self.size = size
    (rows, columns) = (g.outputChannels, g.inputChannels)
    first = 8 * g.inputChannels
    (rowStride, columnStride, tapStride) = (9 * g.inputChannels, 1, -g.inputChannels)
  }
}
