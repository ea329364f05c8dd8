import ComputeBackend
import Foundation

/// A layout on a device: what launches ask for.
package struct DeviceTuning: Sendable {
  package typealias Style = KernelLayout.Style

  let layout: KernelLayout
  private let rounding: String
  private let units: Int

  var style: Style { layout.style }
  /// Floats of a kernel's vectors.
  var lanes: Int { layout.lanes }
  /// Those of `winograd.cl`.
  var winogradLanes: Int { layout.lanes(in: .winograd) }
  /// Work-items of a group in kernels over items and rows.
  var group: Int { layout.group }
  /// Elements of a row that one item handles.
  var piece: Int { layout.piece }
  /// Greatest number of work-items in kernels over items, and of groups in kernels over rows.
  var workers: Int { units * layout.workersPerUnit }
  var rowGroups: Int { style == .gpu ? 65_535 : units * 8 }
  var winogradElements: Int { layout.winogradElements }

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

  /// - Throws: `BackendError.unsuitableLayout` if the device cannot run the layout.
  init(device: OpenCLDevice, layout: KernelLayout) throws(BackendError) {
    if let problem = layout.problem(on: device.traits) {
      throw .unsuitableLayout(device: device.description.identifier, problem: problem)
    }
    self.layout = layout
    units = device.traits.units
    rounding = device.roundsDivideCorrectly ? " -cl-fp32-correctly-rounded-divide-sqrt" : ""
  }

  /// What a file is compiled with.
  func buildOptions(_ file: KernelFile) -> String { layout.buildOptions(file) + rounding }

  /// A variant of the product kernel: one work-group's tile.
  struct ProductTile: Hashable, Sendable {
    var kernel: String
    var rows: Int
    /// Columns, and the width of B's panels.
    var width: Int
    /// Work-items of a group along the columns and the rows.
    var localColumns = 1
    var localRows = 1
    /// The same with a quarter of the rows, for products with few.
    var hasShort = false
  }

  /// The tile that takes the least time for so many columns, the widest among equals.
  ///
  /// It computes columns beyond the last one too; on GPUs narrow blocks read more for each product.
  func productTile(columns: Int) -> ProductTile {
    let block = layout.block
    var wide = ProductTile(kernel: "productWide", rows: block.rows, width: block.columns)
    let tiles: [ProductTile]
    let costs: [Int]
    switch style {
    case .gpu:
      wide.localColumns = block.columns / block.threadColumns
      wide.localRows = block.rows / block.threadRows
      wide.hasShort = true
      tiles = [
        wide,
        ProductTile(kernel: "productMiddle", rows: 64, width: 32, localColumns: 8, localRows: 16),
        ProductTile(kernel: "productNarrow", rows: 64, width: 16, localColumns: 4, localRows: 16),
      ]
      costs = [4, 5, 8]
    case .cpu:
      tiles = [
        wide, ProductTile(kernel: "productMiddle", rows: 12, width: 32),
        ProductTile(kernel: "productNarrow", rows: 12, width: 16),
      ]
      costs = [1, 1, 1]
    }
    let times = zip(tiles, costs).map { ($0.width + columns - 1) / $0.width * $0.width * $1 }
    return tiles[times.indices.min { times[$0] < times[$1] } ?? 0]
  }

  /// The variant of `tile` for a product of `rows` rows, in `others` groups for a line of blocks.
  ///
  /// Every element is summed in the same order by all variants.
  func variant(of tile: ProductTile, rows: Int, others: Int) -> ProductTile {
    guard tile.hasShort else { return tile }
    var short = tile
    (short.kernel, short.rows, short.hasShort) = ("productShort", tile.rows / 4, false)
    func blocks(_ tile: ProductTile) -> Int { (rows + tile.rows - 1) / tile.rows }
    let wastes = blocks(short) * short.rows * 2 <= blocks(tile) * tile.rows
    return wastes || blocks(tile) * others < units ? short : tile
  }

  /// Parts into which a product's inner sum of `depth` elements is cut.
  ///
  /// It depends on the shape of one sample, of `sampleRows` rows, and not on the batch, so that a
  /// sample's result does not depend on the others.
  func splits(sampleRows: Int, columns: Int, depth: Int, tile: ProductTile) -> Int {
    let rows = tile.hasShort ? tile.rows / 4 : tile.rows
    let blocks = max(1, 8 * sampleRows * ((columns + tile.width - 1) / tile.width) / rows)
    return max(1, min(depth / layout.splitDepth, units * layout.groupsPerUnit / blocks))
  }
}
