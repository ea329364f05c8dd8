import ComputeBackend
import Foundation

/// How kernels are laid out on a device: the one place that looks at what kind of device it is.
package struct DeviceTuning: Sendable {
  /// The two ways to lay out a kernel.
  ///
  /// `cpu`: a work-item is a core with wide vectors and work-groups of one, since PoCL does not
  /// vectorise over work-items that loop. `gpu`: a work-item is a thread, groups share local memory.
  package enum Style: String, Sendable, CaseIterable { case cpu, gpu }

  let style: Style
  /// Floats of a kernel's vectors.
  let lanes: Int
  /// Work-items of a group in kernels over items and rows.
  let group: Int
  /// Elements of a row that one item handles.
  let piece: Int
  /// Greatest number of work-items in kernels over items, and of groups in kernels over rows.
  let workers: Int
  let rowGroups: Int
  /// Elements of a Winograd convolution's planes that are computed at a time.
  let winogradElements: Int
  let buildOptions: String

  /// What `$ELIXIR_OPENCL_STYLE` (`cpu` or `gpu`) forces, for tests and measurements.
  static func requestedStyle() throws(BackendError) -> Style? {
    guard let name = ProcessInfo.processInfo.environment["ELIXIR_OPENCL_STYLE"], !name.isEmpty
    else {
      return nil
    }
    guard let style = Style(rawValue: name) else {
      throw .noDevice(
        requested: "opencl", advice: "ELIXIR_OPENCL_STYLE is '\(name)'; use one of cpu, gpu")
    }
    return style
  }

  init(device: OpenCLDevice, style chosen: Style?) {
    style = chosen ?? (device.isGPU ? .gpu : .cpu)
    let units = max(device.description.units, 1)
    switch style {
    case .cpu:
      (lanes, group, piece) = (16, 1, 1024)
      (workers, rowGroups) = (units * 4, units * 8)
      winogradElements = 1 << 21  // 8 MiB: the third-level cache
    case .gpu:
      (lanes, group, piece) = (4, 64, 4)
      (workers, rowGroups) = (64 * 32 * units, 65_535)
      winogradElements = 1 << 26
    }
    // No fast-math flag of any kind: masks, infinities and the random numbers rely on IEEE rules.
    let rounding = device.roundsDivideCorrectly ? " -cl-fp32-correctly-rounded-divide-sqrt" : ""
    buildOptions =
      "-cl-std=CL1.2\(rounding) -DSTYLE_GPU=\(style == .gpu ? 1 : 0)"
      + " -DLANES=\(lanes) -DGROUP=\(group) -DPIECE=\(piece)"
  }

  /// A variant of the product kernel: one work-group's tile.
  struct ProductTile: Hashable, Sendable {
    var kernel: String
    var rows: Int
    /// Columns, and the width of B's panels.
    var width: Int
    /// Work-items of a group along the rows and the columns.
    var local: Int
  }

  /// The tile that wastes the fewest columns, the widest among equals.
  func productTile(columns: Int) -> ProductTile {
    if style == .gpu { return ProductTile(kernel: "product64", rows: 64, width: 64, local: 16) }
    let tiles = [
      ProductTile(kernel: "product64", rows: 6, width: 64, local: 1),
      ProductTile(kernel: "product32", rows: 12, width: 32, local: 1),
      ProductTile(kernel: "product16", rows: 12, width: 16, local: 1),
    ]
    func padded(_ tile: ProductTile) -> Int { (columns + tile.width - 1) / tile.width * tile.width }
    let least = tiles.map(padded).min() ?? 0
    return tiles.first { padded($0) == least } ?? tiles[0]
  }
}
