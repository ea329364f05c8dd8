import CMicroKernels
import ComputeBackend

extension CPUBackend {
  /// For few tiles and many kernels: a thread takes a panel of kernels, transforms some rows of it,
  /// and multiplies them while they are in its second-level cache.
  func convolveTilesFirst(
    _ plan: WinogradPanelPlan, source: UnsafePointer<Float>, kernels: WinogradKernels,
    output: ElixirOutput
  ) {
    let buffer = transformedTiles(plan, source: source)
    guard isHealthy else { return }
    let tiles = buffer[plan.tiling.planes * plan.tiling.count * rowPitch(plan.inner)].floats
    threads.parallelFor(plan.count) { item, worker in
      let piece = plan[item]
      let memory = threads.scratch(worker, count: plan.scratchCount)
      let products = memory + plan.tiling.planes * plan.planeStride
      for row in stride(from: 0, to: plan.inner, by: WinogradPanelPlan.depth) {
        let rows = row..<min(row + WinogradPanelPlan.depth, plan.inner)
        transform(kernels, panel: piece.panel, rows: rows, into: memory, stride: plan.planeStride)
        let next = kernels.next(
          rows, ofPanel: piece.panel, width: plan.width, threads: threads.threads)
        multiply(tiles, piece.tiles, rows, by: memory, plan, fetching: next, into: products)
      }
      finish(
        plan.tiling, piece.tiles, columns: piece.columns, products: products,
        pitch: plan.productPitch, output: output)
    }
  }

  /// All tiles of the source as `[plane, tile, channel]`, rows of channels `rowPitch` apart.
  private func transformedTiles(
    _ plan: WinogradPanelPlan, source: UnsafePointer<Float>
  ) -> Buffer {
    let (tiling, channels) = (plan.tiling, plan.inner)
    let pitch = rowPitch(channels)
    let stride = tiling.count * pitch
    let buffer = temporary(tiling.planes * stride)
    guard isHealthy else { return buffer }
    let target = buffer[tiling.planes * stride].written()
    let width = 64
    let parts = (channels + width - 1) / width
    let blocks = min(tiling.count, (2 * threads.threads + parts - 1) / parts)
    threads.parallelFor(parts * blocks) { item, worker in
      let (block, first) = (item / parts, item % parts * width)
      let zeros = threads.scratch(worker, count: channels)
      zeros.update(repeating: 0, count: channels)
      let (from, to) = (tiling.count * block / blocks, tiling.count * (block + 1) / blocks)
      var tiles = tiling.sourceTiles
      var planes = ElixirPlanes(
        first: first, columns: min(width, channels - first), pitch: pitch, stride: stride)
      kernels.winograd.transformInput(
        &tiles, source, zeros, from, to, target + from * pitch + first, &planes)
    }
    return buffer
  }

  /// products += tiles[part, rows] · kernels[rows], plane by plane; from zero for the first rows.
  ///
  /// - Parameter next: weights that are fetched meanwhile.
  private func multiply(
    _ tiles: UnsafePointer<Float>, _ part: Range<Int>, _ rows: Range<Int>,
    by kernels: UnsafePointer<Float>, _ plan: WinogradPanelPlan,
    fetching next: UnsafeBufferPointer<Float>?, into products: UnsafeMutablePointer<Float>
  ) {
    let pitch = rowPitch(plan.inner)
    let first = part.lowerBound * pitch + rows.lowerBound
    for plane in 0..<plan.tiling.planes {
      let product = ElixirProduct(
        rows: part.count, columns: plan.width, inner: rows.count,
        a: tiles + (plane * plan.tiling.count * pitch + first), aPitch: pitch, aTransposed: false,
        b: kernels + plane * plan.planeStride, panelStride: plan.planeStride, bPitch: plan.width)
      let result = ElixirOutput(
        into: products + plane * part.count * plan.productPitch, pitch: plan.productPitch,
        accumulate: rows.lowerBound > 0)
      if let next, let first = next.baseAddress {
        let share = next.count / plan.tiling.planes
        elixirPrefetch(first + plane * share, share)
      }
      multiply(product, result)
    }
  }
}

/// How the products of few tiles and many kernels are cut: by panels of kernels, and where these are
/// fewer than the threads, by tiles.
///
/// The cut does not change the result.
struct WinogradPanelPlan {
  /// Rows of kernels that are transformed and multiplied at a time.
  static let depth = 64

  let tiling: WinogradTiling
  let inner: Int
  /// Columns of a panel.
  let width: Int
  /// Elements between two tiles' products; an odd number of cache lines.
  let productPitch: Int
  /// Elements between two planes of kernels; an odd number of cache lines.
  let planeStride: Int
  /// Whether kernels are the larger ones, and a piece fits into a second-level cache of 1 MiB.
  let fits: Bool
  private let columns: Int
  private let parts: Int

  init(
    _ tiling: WinogradTiling, _ kernels: WinogradKernels, products: ElixirProducts, threads: Int
  ) {
    self.tiling = tiling
    (inner, columns) = (kernels.inner, kernels.columns)
    width = Int(products.panelWidth)
    productPitch = (width / 16 | 1) * 16
    planeStride = (min(Self.depth, kernels.inner) * width + 15) / 16 * 16 | 16
    let panels = (columns + width - 1) / width
    let tileRows = max(Int(products.tileRows), 1)
    parts = min(max(threads / panels, 1), (tiling.count + tileRows - 1) / tileRows)
    // Products take less than half of that cache, kernels a third.
    let largest = (tiling.count + parts - 1) / parts
    fits = tiling.count < columns && tiling.planes * largest * productPitch <= 108 << 10
  }

  struct Piece {
    var panel: Int
    var columns: Range<Int>
    var tiles: Range<Int>
  }

  var count: Int { (columns + width - 1) / width * parts }
  var scratchCount: Int {
    tiling.planes * (planeStride + (tiling.count + parts - 1) / parts * productPitch)
  }

  subscript(index: Int) -> Piece {
    let (panel, part) = (index / parts, index % parts)
    return Piece(
      panel: panel, columns: panel * width..<min((panel + 1) * width, columns),
      tiles: tiling.count * part / parts..<tiling.count * (part + 1) / parts)
  }
}
