import ComputeBackend

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
