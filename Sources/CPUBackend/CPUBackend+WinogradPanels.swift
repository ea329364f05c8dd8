import CMicroKernels
import ComputeBackend

extension CPUBackend {
  /// For few tiles and many kernels: a thread takes a panel of kernels, transforms some rows of it,
  /// and multiplies them while they are in its second-level cache.
  func convolveTilesFirst(
    _ tiling: WinogradTiling, source: UnsafePointer<Float>, kernels: WinogradKernels,
    output: ElixirOutput
  ) {
    let plan = WinogradPanelPlan(
      tiling, kernels, width: self.kernels.products.panelWidth,
      tileRows: self.kernels.products.tileRows, threads: threads.threads)
    let buffer = transformedTiles(plan, source: source)
    guard isHealthy else { return }
    let tiles = buffer[tiling.planes * tiling.count * rowPitch(kernels.inner)].floats
    threads.parallelFor(plan.count) { item, worker in
      let piece = plan[item]
      let memory = threads.scratch(worker, count: plan.scratchCount)
      let products = memory + tiling.planes * plan.planeStride
      var first = piece.tiles.lowerBound
      while first < piece.tiles.upperBound {
        let block = first..<min(first + plan.block, piece.tiles.upperBound)
        for row in stride(from: 0, to: kernels.inner, by: plan.depth) {
          let rows = row..<min(row + plan.depth, kernels.inner)
          if rows.count < kernels.inner || first == piece.tiles.lowerBound {
            transform(
              kernels, panel: piece.panel, rows: rows, into: memory, stride: plan.planeStride)
          }
          multiply(tiles, block, rows, by: memory, plan, into: products)
        }
        finish(
          tiling, block, columns: piece.columns, products: products, pitch: plan.productPitch,
          output: output)
        first = block.upperBound
      }
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

  /// products += tiles[block, rows] · kernels[rows], plane by plane; from zero for the first rows.
  private func multiply(
    _ tiles: UnsafePointer<Float>, _ block: Range<Int>, _ rows: Range<Int>,
    by kernels: UnsafePointer<Float>, _ plan: WinogradPanelPlan,
    into products: UnsafeMutablePointer<Float>
  ) {
    let pitch = rowPitch(plan.inner)
    let first = block.lowerBound * pitch + rows.lowerBound
    for plane in 0..<plan.tiling.planes {
      let product = ElixirProduct(
        rows: block.count, columns: plan.width, inner: rows.count,
        a: tiles + (plane * plan.tiling.count * pitch + first), aPitch: pitch, aTransposed: false,
        b: kernels + plane * plan.planeStride, panelStride: plan.planeStride, bPitch: plan.width)
      let result = ElixirOutput(
        into: products + plane * block.count * plan.productPitch, pitch: plan.productPitch,
        accumulate: rows.lowerBound > 0)
      multiply(product, result)
    }
  }
}

/// How the products of few tiles and many kernels are cut: by panels of kernels, and where these are
/// fewer than the threads, by tiles. The cut does not change the result.
struct WinogradPanelPlan {
  let tiling: WinogradTiling
  let inner: Int
  /// Columns of a panel.
  let width: Int
  /// The most tiles that are multiplied at a time.
  let block: Int
  /// Rows that are multiplied at a time.
  let depth: Int
  /// Elements between two tiles' products; an odd number of cache lines.
  let productPitch: Int
  /// Elements between two planes of kernels; an odd number of cache lines.
  let planeStride: Int
  private let columns: Int
  private let parts: Int

  init(
    _ tiling: WinogradTiling, _ kernels: WinogradKernels, width: Int, tileRows: Int, threads: Int
  ) {
    self.tiling = tiling
    (inner, columns) = (kernels.inner, kernels.columns)
    self.width = width
    productPitch = (width / 16 | 1) * 16
    // Products stay in half of a second-level cache of 1 MiB; kernels beside them if all tiles do,
    // and else in the third level, where they are used again for each block.
    let fitting = 108 << 10
    block = max(fitting / (tiling.planes * productPitch * tileRows), 1) * tileRows
    let panels = (columns + width - 1) / width
    parts = min(max(threads / panels, 1), (tiling.count + tileRows - 1) / tileRows)
    depth = (tiling.count + parts - 1) / parts <= block ? min(inner, 64) : inner
    planeStride = ((depth * width + 15) / 16 | 1) * 16
  }

  struct Piece {
    var panel: Int
    var columns: Range<Int>
    var tiles: Range<Int>
  }

  var count: Int { (columns + width - 1) / width * parts }
  var scratchCount: Int {
    tiling.planes * (planeStride + min(block, tiling.count) * productPitch)
  }

  subscript(index: Int) -> Piece {
    let (panel, part) = (index / parts, index % parts)
    return Piece(
      panel: panel, columns: panel * width..<min((panel + 1) * width, columns),
      tiles: tiling.count * part / parts..<tiling.count * (part + 1) / parts)
  }
}
