import CMicroKernels
import ComputeBackend
import ConvolutionAlgorithms

extension CPUBackend {
  /// For many tiles, or kernels that are there already: a thread takes a block of tiles, transforms
  /// it, and multiplies it with all kernels.
  func convolveKernelsFirst(
    _ tiling: WinogradTiling, source: UnsafePointer<Float>, weight: PackedPanels,
    output: ElixirOutput
  ) {
    let grid = WinogradGrid(
      tiling, columns: weight.columns, tileRows: kernels.products.tileRows,
      threads: threads.threads)
    let pitch = rowPitch(weight.inner)
    let tileStride = rowPitch(grid.tiles * pitch)
    let productStride = rowPitch(grid.tiles * WinogradGrid.productPitch)
    let transformed = tiling.planes * tileStride
    let products = tiling.planes * productStride
    threads.parallelFor(grid.count) { item, worker in
      let piece = grid[item]
      let memory = threads.scratch(worker, count: transformed + products + weight.inner)
      let zeros = memory + transformed + products
      zeros.update(repeating: 0, count: weight.inner)
      var tiles = tiling.sourceTiles
      var planes = ElixirPlanes(
        first: 0, columns: weight.inner, pitch: pitch, stride: tileStride)
      kernels.winograd.transformInput(
        &tiles, source, zeros, piece.tiles.lowerBound, piece.tiles.upperBound, memory, &planes)
      for plane in 0..<tiling.planes {
        round(memory + plane * tileStride, count: piece.tiles.count, pitch: pitch, for: weight)
      }
      for column in stride(
        from: piece.columns.lowerBound, to: piece.columns.upperBound, by: WinogradGrid.chunk)
      {
        let last = min(column + WinogradGrid.chunk, piece.columns.upperBound)
        multiplyPlanes(
          tiling, piece.tiles, memory, planes, weight, columns: column..<last,
          into: memory + transformed, stride: productStride, output: output)
      }
    }
  }

  /// Products of all planes for some columns, and the way back to pixels.
  private func multiplyPlanes(
    _ tiling: WinogradTiling, _ tiles: Range<Int>, _ transformed: UnsafePointer<Float>,
    _ planes: ElixirPlanes, _ weight: PackedPanels, columns: Range<Int>,
    into products: UnsafeMutablePointer<Float>, stride: Int, output: ElixirOutput
  ) {
    let pitch = WinogradGrid.productPitch
    // Whole panels: what lies beyond the last column is zero.
    let whole =
      columns.lowerBound..<(columns.upperBound + weight.width - 1) / weight.width
      * weight.width
    for plane in 0..<tiling.planes {
      multiply(
        ElixirProduct(
          rows: tiles.count, columns: whole, a: transformed + plane * planes.stride,
          aPitch: planes.pitch, panels: weight, at: weight[plane]),
        by: weight,
        ElixirOutput(into: products + plane * stride, pitch: pitch))
    }
    finish(
      tiling, tiles, columns: columns, products: products, pitch: pitch, stride: stride,
      output: output)
  }
}

/// How a Winograd convolution is cut into the pieces that threads take: blocks of tiles, and where
/// these are few, also columns.
///
/// The cut does not change the result.
struct WinogradGrid {
  /// Columns that are multiplied at a time, a multiple of every panel's width.
  static let chunk = 64
  /// Elements between two tiles' products; an odd number of cache lines.
  static let productPitch = chunk + 16

  /// The most tiles of a piece.
  let tiles: Int
  private let extent: (tiles: Int, columns: Int)
  private let blocks: (tiles: Int, columns: Int)

  init(_ tiling: WinogradTiling, columns: Int, tileRows: Int, threads: Int) {
    // Two register tiles or more: a weight is then used often enough for the third-level cache.
    let fitting = max(28 / tileRows, 1) * tileRows
    let tileBlocks = (tiling.count + fitting - 1) / fitting
    let chunks = (columns + Self.chunk - 1) / Self.chunk
    let wanted = threads == 1 ? 1 : 3 * threads
    extent = (tiling.count, columns)
    blocks = (tileBlocks, max(1, min(chunks, (wanted + tileBlocks - 1) / tileBlocks)))
    tiles = (tiling.count + tileBlocks - 1) / tileBlocks
  }

  var count: Int { blocks.tiles * blocks.columns }

  /// Tiles and columns of piece `index`.
  subscript(index: Int) -> (tiles: Range<Int>, columns: Range<Int>) {
    let (tile, column) = (index / blocks.columns, index % blocks.columns)
    let chunks = (extent.columns + Self.chunk - 1) / Self.chunk
    return (
      extent.tiles * tile / blocks.tiles..<extent.tiles * (tile + 1) / blocks.tiles,
      chunks * column / blocks.columns
        * Self.chunk..<min(chunks * (column + 1) / blocks.columns * Self.chunk, extent.columns)
    )
  }
}
