import ComputeBackend
import TestSupport

let attentionCases: [OperationCase] =
  shapes.map { shape in
    OperationCase("attention \(shape.label)") { run in
      run.attention(
        shape, queries: run.normal(shape.queryCount), keys: run.normal(shape.keyCount),
        closeness: .relative(5e-6), gradientCloseness: .relative(1e-5))
    }
  }
  + [
    AttentionShape(batch: 2, queries: 17, keys: 17, heads: 2, headSize: 8, scale: 1),
    AttentionShape(batch: 1, queries: 64, keys: 70, heads: 1, headSize: 32, scale: 1),
  ].map { shape in
    // Products of multiples of 8 are exact in Float, so only the softmax is tested. It is 0 or 1,
    // so the gradient is a difference of two roundings of one number, about 5, times keys of 64.
    OperationCase("attention \(shape.label) with scores of thousands") { run in
      var eights: [BufferSlice] = []
      for count in [shape.queryCount, shape.keyCount] {
        let x = run.output("input \(eights.count)", count, .exact)
        run.backend.unary(.affine(scale: 8), run.whole(count, in: -8..<9), into: x)
        eights.append(x)
      }
      run.attention(
        shape, queries: eights[0], keys: eights[1], closeness: .relative(5e-6),
        gradientCloseness: .absolute(1e-3))
    }
  }

private let shapes: [AttentionShape] = [
  AttentionShape(batch: 1, queries: 1, keys: 1, heads: 1, headSize: 1, scale: 1),
  AttentionShape(batch: 2, queries: 16, keys: 16, heads: 1, headSize: 32, scale: 0.18),
  AttentionShape(batch: 2, queries: 20, keys: 20, heads: 4, headSize: 8, scale: 0.35),
  AttentionShape(batch: 1, queries: 17, keys: 33, heads: 4, headSize: 17, scale: 0.24),
  AttentionShape(batch: 1, queries: 70, keys: 131, heads: 1, headSize: 64, scale: 0.125),
  AttentionShape(batch: 3, queries: 7, keys: 5, heads: 2, headSize: 3, scale: 1),
  AttentionShape(batch: 1, queries: 65, keys: 64, heads: 1, headSize: 256, scale: 0.0625),
  AttentionShape(batch: 1, queries: 1, keys: 257, heads: 4, headSize: 16, scale: 0.25),
]

extension AttentionShape {
  fileprivate var label: String {
    "\(batch)×\(queries)×\(keys), \(heads) heads of \(headSize)"
  }
}

extension CaseRun {
  fileprivate func attention(
    _ shape: AttentionShape, queries: BufferSlice, keys: BufferSlice, closeness: Closeness,
    gradientCloseness: Closeness
  ) {
    let values = normal(shape.keyCount)
    let y = output("y", shape.queryCount, closeness)
    let logSumExp = output("logSumExp", shape.logSumExpCount, .elementwise(1e-6, floor: 4))
    backend.attention(
      shape, queries: queries, keys: keys, values: values, into: y, logSumExp: logSumExp)
    backend.attentionGradient(
      shape, queries: queries, keys: keys, values: values, output: y, logSumExp: logSumExp,
      upstream: normal(shape.queryCount),
      queriesGradient: output("dq", shape.queryCount, gradientCloseness),
      keysGradient: output("dk", shape.keyCount, gradientCloseness),
      valuesGradient: output("dv", shape.keyCount, gradientCloseness))
  }
}
