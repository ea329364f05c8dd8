import CMicroKernels
import ComputeBackend

/// Sizes and packings of one head's matrices.
struct AttentionLayout {
  let shape: AttentionShape
  let products: ElixirProducts
  var panelWidth: Int { products.panelWidth }
  /// Queries handled at a time.
  let block = 64

  init(_ shape: AttentionShape, _ products: ElixirProducts) {
    self.shape = shape
    self.products = products
  }

  /// Elements from one query (or key) to the next.
  var pitch: Int { shape.heads * shape.headSize }
  /// Elements from one row of scores to the next: an odd number of cache lines.
  var scorePitch: Int { ((shape.keys + 15) / 16 | 1) * 16 }

  var scoreCount: Int { block * scorePitch }
  var keysTransposedCount: Int { rounded(shape.keys) * shape.headSize }
  var keysPlainCount: Int { rounded(shape.headSize) * shape.keys }
  var blockPlainCount: Int { rounded(shape.headSize) * block }
  var forwardCount: Int { 64 + scoreCount + keysTransposedCount + keysPlainCount }
  var backwardCount: Int {
    64 + 2 * scoreCount + 2 * keysTransposedCount + keysPlainCount + blockPlainCount
  }

  private func rounded(_ columns: Int) -> Int {
    (columns + panelWidth - 1) / panelWidth * panelWidth
  }

  /// First element of head `head` (counted over the batch) in an array of `length` positions.
  func start(_ head: Int, length: Int) -> Int {
    head / shape.heads * length * pitch + head % shape.heads * shape.headSize
  }

  /// Packs rows `[length, headSize]` as the right-hand matrix `[headSize, length]`.
  func packTransposed(
    _ rows: UnsafePointer<Float>, length: Int, into: UnsafeMutablePointer<Float>
  ) {
    products.packPanels(
      rows, 1, pitch, shape.headSize, length, panelWidth, panelWidth * shape.headSize, 0,
      rounded(length) / panelWidth, into)
  }

  /// Packs rows `[length, headSize]` as the right-hand matrix they are.
  func packPlain(_ rows: UnsafePointer<Float>, length: Int, into: UnsafeMutablePointer<Float>) {
    products.packPanels(
      rows, pitch, 1, length, shape.headSize, panelWidth, panelWidth * length, 0,
      rounded(shape.headSize) / panelWidth, into)
  }

  func product(
    rows: Int, inner: Int, columns: Int, a: UnsafePointer<Float>, aPitch: Int,
    panels: UnsafePointer<Float>
  ) -> ElixirProduct {
    ElixirProduct(
      rows: rows, columns: columns, inner: inner, a: a, aPitch: aPitch, aTransposed: false,
      b: panels, panelStride: panelWidth * inner, bPitch: panelWidth)
  }
}

/// One thread's working matrices; those of the gradient alone come last.
struct AttentionScratch {
  let rowSums: UnsafeMutablePointer<Float>
  let scores: UnsafeMutablePointer<Float>
  let keysTransposed: UnsafeMutablePointer<Float>
  let values: UnsafeMutablePointer<Float>
  let slopes: UnsafeMutablePointer<Float>
  let valuesTransposed: UnsafeMutablePointer<Float>
  let rowsPlain: UnsafeMutablePointer<Float>

  init(_ layout: AttentionLayout, _ memory: UnsafeMutablePointer<Float>) {
    rowSums = memory
    scores = rowSums + 64
    keysTransposed = scores + layout.scoreCount
    values = keysTransposed + layout.keysTransposedCount
    slopes = values + layout.keysPlainCount
    valuesTransposed = slopes + layout.scoreCount
    rowsPlain = valuesTransposed + layout.keysTransposedCount
  }
}
