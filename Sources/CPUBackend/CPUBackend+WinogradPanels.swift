import CMicroKernels
import ComputeBackend
import ConvolutionAlgorithms

extension CPUBackend {
  /// For few tiles and many kernels: a thread multiplies all tiles by a panel of kernels, which it
  /// transforms on the way, within its caches.
  func convolveTilesFirst(
    _ plan: WinogradPanelPlan, source: UnsafePointer<Float>, kernels: WinogradKernels,
    by multiply: (UnsafePointer<ElixirPanelProduct>) -> Void, output: ElixirOutput
  ) {
    let shared = plan.sharesTiles ? transformedTiles(plan, source: source) : nil
    guard isHealthy else { return }
    let tiles = shared.map { $0[plan.tileCount].floats }
    withUnsafeTemporaryAllocation(of: Bool.self, capacity: threads.threads) { hasTiles in
      hasTiles.initialize(repeating: false)
      threads.parallelFor(plan.count) { item, worker in
        let piece = plan[item]
        let memory = threads.scratch(worker, count: plan.scratchCount)
        if !plan.sharesTiles && !hasTiles[worker] {
          let first = kernels.panel(
            piece.panel, width: plan.width, rows: 0..<min(WinogradPanelPlan.depth, plan.inner))
          transformTiles(plan, source: source, into: memory + plan.tilesOffset, fetching: first)
          hasTiles[worker] = true
        }
        let products = memory + plan.productsOffset
        let next = kernels.panel(
          piece.panel + 1, width: plan.width, rows: 0..<min(WinogradPanelPlan.depth, plan.inner))
        var product = ElixirPanelProduct(
          size: plan.tiling.size, tiles: piece.tiles.count, inner: plan.inner,
          columns: piece.columns.count,
          transformed: (tiles ?? UnsafePointer(memory + plan.tilesOffset))
            + piece.tiles.lowerBound * plan.tilePitch,
          tilePitch: plan.tilePitch, tileStride: plan.tileStride,
          kernels: panel(
            piece.panel, of: kernels, rows: 0..<plan.inner, in: memory + plan.kernelsOffset),
          memory: memory, depth: WinogradPanelPlan.depth, planeStride: plan.planeStride,
          products: products, productStride: plan.productStride, next: next?.baseAddress,
          nextCount: next?.count ?? 0)
        multiply(&product)
        finish(
          plan.tiling, piece.tiles, columns: piece.columns, products: products,
          pitch: plan.width, stride: plan.productStride, output: output)
      }
    }
  }

  /// All tiles, by one thread, which fetches `kernels` meanwhile.
  private func transformTiles(
    _ plan: WinogradPanelPlan, source: UnsafePointer<Float>,
    into target: UnsafeMutablePointer<Float>,
    fetching kernels: UnsafeBufferPointer<Float>?
  ) {
    let zeros = target + plan.tileCount
    zeros.update(repeating: 0, count: plan.inner)
    var tiles = plan.tiling.sourceTiles
    var planes = ElixirPlanes(
      first: 0, columns: plan.inner, pitch: plan.tilePitch, stride: plan.tileStride)
    let parts = min(8, plan.tiling.count)
    for part in 0..<parts {
      let (from, to) = (plan.tiling.count * part / parts, plan.tiling.count * (part + 1) / parts)
      if let kernels, let start = kernels.baseAddress {
        elixirPrefetch(start + kernels.count / parts * part, kernels.count / parts)
      }
      self.kernels.winograd.transformInput(
        &tiles, source, zeros, from, to, target + from * plan.tilePitch, &planes)
    }
  }

  /// All tiles, by all threads.
  private func transformedTiles(
    _ plan: WinogradPanelPlan, source: UnsafePointer<Float>
  ) -> Buffer {
    let (tiling, channels) = (plan.tiling, plan.inner)
    let buffer = temporary(plan.tileCount)
    guard isHealthy else { return buffer }
    let target = buffer[plan.tileCount].written()
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
        first: first, columns: min(width, channels - first), pitch: plan.tilePitch,
        stride: plan.tileStride)
      kernels.winograd.transformInput(
        &tiles, source, zeros, from, to, target + from * plan.tilePitch + first, &planes)
    }
    return buffer
  }
}

/// How the products of few tiles and many kernels are cut: by panels of kernels, and where these
/// are fewer than the threads, by tiles.
///
/// The cut does not change the result. Strides are odd numbers of cache lines, so that the same
/// place of all planes falls into different sets of the caches.
struct WinogradPanelPlan {
  /// Rows of kernels that are transformed and multiplied at a time.
  static let depth = 64

  let tiling: WinogradTiling
  let inner: Int
  /// Columns of a panel.
  let width: Int
  /// Elements between two transformed tiles, and two planes of them.
  let tilePitch: Int
  let tileStride: Int
  /// Elements between two planes of kernels, and of products.
  let planeStride: Int
  let productStride: Int
  /// Whether tiles are transformed once for all threads.
  ///
  /// A thread with two panels or more transforms them itself: that takes less time than to fetch
  /// what another one has written.
  let sharesTiles: Bool
  /// Whether kernels are the larger ones, and the products of a panel fit a second-level cache.
  let fits: Bool
  private let columns: Int
  private let parts: Int

  init(
    _ tiling: WinogradTiling, _ kernels: WinogradKernels, products: ElixirProducts, threads: Int,
    pitch: (Int) -> Int
  ) {
    self.tiling = tiling
    (inner, columns) = (kernels.inner, kernels.columns)
    width = Int(products.panelWidth)
    let panels = (columns + width - 1) / width
    let tileRows = max(Int(products.tileRows), 1)
    sharesTiles = panels < 2 * threads
    parts = min(max(threads / panels, 1), (tiling.count + tileRows - 1) / tileRows)
    let largest = (tiling.count + parts - 1) / parts
    tilePitch = pitch(inner)
    tileStride = pitch(tiling.count * tilePitch)
    planeStride = pitch(min(Self.depth, inner) * width)
    productStride = pitch(largest * width)
    fits = tiling.count < columns && tiling.planes * largest * width <= 144 << 10
  }

  struct Piece {
    var panel: Int
    var columns: Range<Int>
    var tiles: Range<Int>
  }

  var count: Int { (columns + width - 1) / width * parts }
  /// Elements of all transformed tiles.
  var tileCount: Int { tiling.planes * tileStride }

  // A thread's memory: two rows of planes of kernels, products, a panel of kernels that is not
  // there yet, tiles and zeros.
  var productsOffset: Int { 2 * (tiling.size + 2) * planeStride }
  var kernelsOffset: Int { productsOffset + tiling.planes * productStride }
  var tilesOffset: Int { kernelsOffset + 9 * inner * width }
  var scratchCount: Int { tilesOffset + (sharesTiles ? 0 : tileCount + inner) }

  subscript(index: Int) -> Piece {
    let (panel, part) = (index / parts, index % parts)
    return Piece(
      panel: panel, columns: panel * width..<min((panel + 1) * width, columns),
      tiles: tiling.count * part / parts..<tiling.count * (part + 1) / parts)
  }
}
