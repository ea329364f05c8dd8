import CMicroKernels
import ComputeBackend

/// Those pixels of a convolution's input gradient that the same kernel taps reach.
///
/// Input pixel y is reached from output o by tap t where y = o·stride + t − padding. So the pixels
/// y = first + stride·j share their taps t ≡ first + padding (mod stride), and each such phase is a
/// convolution of stride 1 with the flipped part of the kernel. With stride 1 there is one phase.
struct GradientPhase: Hashable {
  var firstRow: Int
  var firstColumn: Int
  /// Pixels of the phase.
  var height: Int
  var width: Int
  /// Kernel rows and columns, in the order of rising output positions.
  var rowTaps: [Int]
  var columnTaps: [Int]
  /// Output position that the first pixel meets with the first tap.
  var offsetY: Int
  var offsetX: Int

  static func all(of geometry: Conv2DGeometry) -> [GradientPhase] {
    let stride = geometry.stride
    var phases: [GradientPhase] = []
    for y in 0..<min(stride, geometry.inputHeight) {
      for x in 0..<min(stride, geometry.inputWidth) {
        let rows = taps(y + geometry.padding.top, geometry.kernelHeight, stride)
        let columns = taps(x + geometry.padding.left, geometry.kernelWidth, stride)
        phases.append(
          GradientPhase(
            firstRow: y, firstColumn: x,
            height: (geometry.inputHeight - y + stride - 1) / stride,
            width: (geometry.inputWidth - x + stride - 1) / stride,
            rowTaps: rows, columnTaps: columns,
            offsetY: rows.first.map { (y + geometry.padding.top - $0) / stride } ?? 0,
            offsetX: columns.first.map { (x + geometry.padding.left - $0) / stride } ?? 0))
      }
    }
    return phases
  }

  /// Taps t < kernel with t ≡ position (mod stride), the last first.
  private static func taps(_ position: Int, _ kernel: Int, _ stride: Int) -> [Int] {
    (0..<kernel).reversed().filter { ($0 - position) % stride == 0 }
  }

  /// What the phase reads from the output's gradient.
  func patches(_ geometry: Conv2DGeometry, group: Int) -> ElixirPatches {
    let channels = geometry.outputChannels / geometry.groups
    return ElixirPatches(
      height: geometry.outputHeight, width: geometry.outputWidth,
      pixelPitch: geometry.outputChannels, firstChannel: group * channels, channels: channels,
      gridHeight: height, gridWidth: width, stride: 1, offsetY: offsetY, offsetX: offsetX,
      kernelHeight: rowTaps.count, kernelWidth: columnTaps.count)
  }

  /// Where each pixel of the phase lies in the input's gradient; `nil` if one after the other.
  func rowOffsets(_ geometry: Conv2DGeometry) -> [Int]? {
    guard geometry.stride > 1 else { return nil }
    var offsets: [Int] = []
    offsets.reserveCapacity(geometry.batch * height * width)
    for n in 0..<geometry.batch {
      for j in 0..<height {
        let row = n * geometry.inputHeight + firstRow + j * geometry.stride
        for i in 0..<width {
          let column = firstColumn + i * geometry.stride
          offsets.append((row * geometry.inputWidth + column) * geometry.inputChannels)
        }
      }
    }
    return offsets
  }
}
