import CMicroKernels
import Glibc

/// Weights `[rows, taps, channels]` in the order in which panels of their products need them:
/// `[rows / width][channels][taps][width]`, the last panel as narrow as what is left.
///
/// A panel takes the place of its rows, so weights are put into this order, and back, in place.
struct PanelOrder: Equatable {
  let rows: Int
  let taps: Int
  let channels: Int
  let width: Int

  var panels: Int { (rows + width - 1) / width }

  func arrange(_ panel: Int, of weights: UnsafeMutablePointer<Float>) {
    let (first, count) = place(panel)
    turn(weights + first * taps * channels, outer: count, inner: channels)
  }

  func restore(_ panel: Int, of weights: UnsafeMutablePointer<Float>) {
    let (first, count) = place(panel)
    turn(weights + first * taps * channels, outer: channels, inner: count)
  }

  private func place(_ panel: Int) -> (first: Int, count: Int) {
    (panel * width, min(width, rows - panel * width))
  }

  /// `[outer, taps, inner]` becomes `[inner, taps, outer]`.
  private func turn(_ elements: UnsafeMutablePointer<Float>, outer: Int, inner: Int) {
    let count = outer * taps * inner
    let plan = Permutation(shape: [outer, taps, inner], axes: [2, 1, 0])
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { copy in
      guard let source = copy.baseAddress else { return }
      source.update(from: elements, count: count)
      elixirPermute(
        source, plan.sizes, plan.strides, plan.inner, plan.innerStride, 0, count / plan.inner,
        elements)
    }
  }
}
