import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func attention(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    into: BufferSlice, logSumExp: BufferSlice
  ) {
    guard isHealthy else { return }
    let layout = AttentionLayout(shape, kernels.products)
    let (q, k, v) = (queries.floats, keys.floats, values.floats)
    let (y, sums) = (into.written(), logSumExp.written())
    // Few heads are split further by queries; each thread packs a head's keys and values once.
    let heads = shape.batch * shape.heads
    let wanted = cuts == 1 ? 1 : (4 * cuts + heads - 1) / heads
    let parts = max(1, min(wanted, shape.queries / layout.block))
    withUnsafeTemporaryAllocation(of: Int.self, capacity: threads.threads) { packed in
      packed.initialize(repeating: -1)
      threads.parallelFor(heads * parts) { item, worker in
        let head = item / parts
        let part = item % parts
        let range = shape.queries * part / parts..<shape.queries * (part + 1) / parts
        let scratch = AttentionScratch(
          layout, threads.scratch(worker, count: layout.forwardCount))
        if packed[worker] != head {
          let start = layout.start(head, length: shape.keys)
          layout.packTransposed(k + start, length: shape.keys, into: scratch.keysTransposed)
          layout.packPlain(v + start, length: shape.keys, into: scratch.values)
          packed[worker] = head
        }
        for first in stride(from: range.lowerBound, to: range.upperBound, by: layout.block) {
          let rows = min(layout.block, range.upperBound - first)
          let place = layout.start(head, length: shape.queries) + first * layout.pitch
          scores(layout, q + place, rows, scratch.keysTransposed, shape.scale, scratch.scores)
          kernels.reductions.exponentials(
            scratch.scores, rows, shape.keys, layout.scorePitch, scratch.rowSums,
            sums + head * shape.queries + first)
          multiply(
            layout.product(
              rows: rows, inner: shape.keys, columns: shape.headSize, a: scratch.scores,
              aPitch: layout.scorePitch, panels: scratch.values),
            ElixirOutput(into: y + place, pitch: layout.pitch))
          kernels.reductions.divideRows(
            y + place, rows, shape.headSize, layout.pitch, scratch.rowSums)
        }
      }
    }
  }

  public func attentionGradient(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    output: BufferSlice, logSumExp: BufferSlice, upstream: BufferSlice,
    queriesGradient: BufferSlice, keysGradient: BufferSlice, valuesGradient: BufferSlice
  ) {
    guard isHealthy else { return }
    let layout = AttentionLayout(shape, kernels.products)
    let (q, k, v) = (queries.floats, keys.floats, values.floats)
    let (sums, g) = (logSumExp.floats, upstream.floats)
    let (dq, dk, dv) = (
      queriesGradient.written(), keysGradient.written(), valuesGradient.written()
    )
    threads.parallelFor(shape.batch * shape.heads) { head, worker in
      let scratch = AttentionScratch(layout, threads.scratch(worker, count: layout.backwardCount))
      let start = layout.start(head, length: shape.keys)
      layout.packTransposed(k + start, length: shape.keys, into: scratch.keysTransposed)
      layout.packTransposed(v + start, length: shape.keys, into: scratch.valuesTransposed)
      layout.packPlain(k + start, length: shape.keys, into: scratch.values)
      for first in stride(from: 0, to: shape.queries, by: layout.block) {
        let rows = min(layout.block, shape.queries - first)
        let place = layout.start(head, length: shape.queries) + first * layout.pitch
        scores(layout, q + place, rows, scratch.keysTransposed, shape.scale, scratch.scores)
        scores(layout, g + place, rows, scratch.valuesTransposed, 1, scratch.slopes)
        kernels.reductions.attentionSlopes(
          scratch.scores, scratch.slopes, rows, shape.keys, layout.scorePitch,
          sums + head * shape.queries + first, shape.scale)
        // dQ = dS·K
        multiply(
          layout.product(
            rows: rows, inner: shape.keys, columns: shape.headSize, a: scratch.slopes,
            aPitch: layout.scorePitch, panels: scratch.values),
          ElixirOutput(into: dq + place, pitch: layout.pitch))
        // dV += Pᵀ·dO, dK += dSᵀ·Q
        for (left, right, target) in [
          (scratch.scores, g, dv), (scratch.slopes, q, dk),
        ] {
          layout.packPlain(right + place, length: rows, into: scratch.rowsPlain)
          var product = layout.product(
            rows: shape.keys, inner: rows, columns: shape.headSize, a: left,
            aPitch: layout.scorePitch, panels: scratch.rowsPlain)
          product.aTransposed = true
          multiply(
            product,
            ElixirOutput(into: target + start, pitch: layout.pitch, accumulate: first > 0))
        }
      }
    }
  }

  /// into = scale·rows·panelsᵀ, `[rows, keys]`.
  private func scores(
    _ layout: AttentionLayout, _ a: UnsafePointer<Float>, _ rows: Int,
    _ panels: UnsafePointer<Float>, _ scale: Float, _ into: UnsafeMutablePointer<Float>
  ) {
    multiply(
      layout.product(
        rows: rows, inner: layout.shape.headSize, columns: layout.shape.keys, a: a,
        aPitch: layout.pitch, panels: panels),
      ElixirOutput(into: into, pitch: layout.scorePitch, scale: scale))
  }
}
