import ComputeBackend
import Foundation

extension AttentionShape {
  /// Position of `[b, row, head, 0]` in an array with `rows` rows a sample.
  fileprivate func place(_ b: Int, _ row: Int, _ head: Int, rows: Int) -> Int {
    ((b * rows + row) * heads + head) * headSize
  }

  fileprivate func forEachQuery(_ body: (_ b: Int, _ head: Int, _ query: Int) -> Void) {
    for b in 0..<batch {
      for head in 0..<heads {
        for query in 0..<queries { body(b, head, query) }
      }
    }
  }
}

extension ReferenceOperations {
  public func attention(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    into: BufferSlice, logSumExp logSums: BufferSlice
  ) {
    let q = queries.elements
    let k = keys.elements
    let v = values.elements
    let y = into.elements
    let saved = logSums.elements
    shape.forEachQuery { b, head, query in
      let from = shape.place(b, query, head, rows: shape.queries)
      var scores = (0..<shape.keys).map { key in
        let to = shape.place(b, key, head, rows: shape.keys)
        return Double(shape.scale)
          * (0..<shape.headSize).reduce(0) { $0 + q[from + $1] * k[to + $1] }
      }
      let logSum = scores.withUnsafeMutableBufferPointer { scores in
        scores.baseAddress.map { logSumExp($0, count: shape.keys) } ?? -.infinity
      }
      saved[(b * shape.heads + head) * shape.queries + query] = logSum
      for d in 0..<shape.headSize {
        y[from + d] = (0..<shape.keys).reduce(0) {
          $0 + exp(scores[$1] - logSum) * v[shape.place(b, $1, head, rows: shape.keys) + d]
        }
      }
    }
  }

  /// With p the probabilities and h = upstream·vᵀ: ∂scores = p·(h − Σ upstream·output).
  public func attentionGradient(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, values: BufferSlice,
    output: BufferSlice, logSumExp: BufferSlice, upstream: BufferSlice,
    queriesGradient: BufferSlice, keysGradient: BufferSlice, valuesGradient: BufferSlice
  ) {
    let q = queries.elements
    let k = keys.elements
    let v = values.elements
    let y = output.elements
    let logSums = logSumExp.elements
    let g = upstream.elements
    let dq = queriesGradient.elements
    let dk = keysGradient.elements
    let dv = valuesGradient.elements
    for i in 0..<shape.queryCount { dq[i] = 0 }
    for i in 0..<shape.keyCount {
      dk[i] = 0
      dv[i] = 0
    }
    let scale = Double(shape.scale)
    shape.forEachQuery { b, head, query in
      let from = shape.place(b, query, head, rows: shape.queries)
      let logSum = logSums[(b * shape.heads + head) * shape.queries + query]
      var delta = 0.0
      for d in 0..<shape.headSize { delta += g[from + d] * y[from + d] }
      for key in 0..<shape.keys {
        let to = shape.place(b, key, head, rows: shape.keys)
        var score = 0.0
        var h = 0.0
        for d in 0..<shape.headSize {
          score += scale * q[from + d] * k[to + d]
          h += g[from + d] * v[to + d]
        }
        let p = exp(score - logSum)
        let dScore = p * (h - delta) * scale
        for d in 0..<shape.headSize {
          dq[from + d] += dScore * k[to + d]
          dk[to + d] += dScore * q[from + d]
          dv[to + d] += p * g[from + d]
        }
      }
    }
  }
}
