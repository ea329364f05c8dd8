import ComputeBackend
import TestSupport

let elementwiseCases: [OperationCase] =
  unaryCases + binaryCases + affineSumCases + rowAffineSumCases + modulateCases

/// A function with its parameters, the numbers to try besides normal ones, and its exactness.
private struct UnaryTrial: Sendable {
  var operation: UnaryOperation
  var extremes: [Float] = [0, -0.0, 1, -1, 100, -100, 1e4, -1e4, 1e-4, -1e-4, 1e-30, 1e30, -1e30]
  /// Only positive numbers are in the domain.
  var isPositive = false
  var closeness: Closeness = .elementwise(1e-6, floor: 1)
}

private let unaryTrials: [UnaryTrial] = UnaryOperation.Code.allCases.map { code in
  var trial = UnaryTrial(operation: UnaryOperation(code))
  switch code {
  case .affine: trial.operation = .affine(scale: -1.75, offset: 0.3)
  case .exp:
    // Below −87 the result is denormal or 0.
    trial.extremes = [0, 1, -1, 1e-6, 20, 80, 88, -80, -87, 200, -200, -1e4, 1e4]
    trial.closeness = .elementwise(1e-6)
  case .log, .squareRoot, .reciprocalSquareRoot:
    trial.isPositive = true
    trial.extremes = [1, 0.999, 1.001, 1e-30, 1e30, 3e38, 1.2e-38, 1e-4, 1e4]
    if code != .log { trial.closeness = .elementwise(1e-6) }
  case .reciprocal:
    trial.extremes = [1, -1, 1e-30, -1e30, 1e-4, 3, 7]
    trial.closeness = .elementwise(1e-6)
  case .square:
    trial.extremes = [0, -0.0, 1e15, -1e-15, 3]
    trial.closeness = .elementwise(1e-6)
  case .sine, .cosine:
    trial.extremes = [0, 1e-6, 1.570_796_4, -3.141_592_7, 10, 100, -999, 1000, -1000]
  case .leakyReLU: trial.operation.a = 0.2
  case .clamp:
    trial.operation.a = -0.5
    trial.operation.b = 0.25
    trial.extremes += [-0.5, 0.25]
    trial.closeness = .exact
  case .step:
    trial.operation.a = 0.1
    trial.extremes += [0.1]
    trial.closeness = .exact
  case .quantizeToByte:
    // The middle of each byte's interval, so that rounding cannot move it.
    trial.extremes = (0..<255).map { (Float($0) + 0.5) / 127.5 - 1 } + [1, -1, 1.5, -7, 1e30]
    trial.closeness = .exact
  case .absolute, .sign, .relu: trial.closeness = .exact
  case .tanh, .sigmoid, .silu, .gelu, .softplus: break
  }
  return trial
}

private let unaryCases: [OperationCase] = unaryTrials.flatMap { trial in
  let code = trial.operation.code
  let inputs: @Sendable (CaseRun) -> BufferSlice = { run in
    var generator = PhiloxGenerator(seed: UInt64(code.rawValue))
    var values = generator.normals(code == .quantizeToByte ? 0 : 4101, deviation: 3)
    if trial.isPositive { values = values.map { abs($0) + 1e-3 } }
    if code == .reciprocal { values = values.map { $0 + ($0 < 0 ? -0.01 : 0.01) } }
    return run.floats(values + trial.extremes)
  }
  return [
    OperationCase("unary \(code)") { run in
      let x = inputs(run)
      run.backend.unary(trial.operation, x, into: run.output("y", x.count, trial.closeness))
    },
    OperationCase("unary \(code) in place") { run in
      let x = inputs(run)
      let y = run.output("y", x.count, trial.closeness)
      run.backend.copy(x, into: y)
      run.backend.unary(trial.operation, y, into: y)
    },
    OperationCase("unaryGradient \(code)") { run in
      // Squares and cubes of 1e±30 leave the range of Float.
      let whole = inputs(run)
      let x =
        code == .reciprocal || code == .reciprocalSquareRoot || code == .quantizeToByte
        ? whole.range(from: 0, count: code == .quantizeToByte ? 255 : 4101) : whole
      let upstream = run.uniform(x.count, in: 0.5...1.5)
      let closeness: Closeness =
        trial.closeness == .exact
        ? .exact
        : trial.isPositive || code == .reciprocal ? .elementwise(2e-6) : trial.closeness
      run.backend.unaryGradient(
        trial.operation, x, upstream: upstream, into: run.output("dx", x.count, closeness))
    },
  ]
}

private let binaryCases: [OperationCase] =
  BinaryOperation.allCases.flatMap { operation in
    (Int32(0)..<8).flatMap { bits in
      [
        (BlockShape(outer: 3, middle: 5, inner: 7), false),
        (BlockShape(outer: 2, middle: 17, inner: 33), true),
      ].map { shape, inPlace in
        let axes = BlockAxes(rawValue: bits)
        let name = "binary \(operation) \(shape.outer)×\(shape.middle)×\(shape.inner) axes \(bits)"
        return OperationCase(inPlace ? name + " in place" : name) { run in
          // Halves, so that some are equal and none is 0.
          let halves = run.whole(shape.count, in: -20..<20)
          let b = run.output("b", shape.count(keeping: axes), .exact)
          run.backend.unary(
            .affine(scale: 1, offset: 0.5), run.whole(b.count, in: -20..<20), into: b)
          // OpenCL's division may be off by 2.5 units in the last place.
          let closeness = Closeness.elementwise(operation == .divide ? 4e-7 : 1e-7)
          let a = run.output("a", shape.count, closeness)
          run.backend.unary(.affine(scale: 1, offset: 0.5), halves, into: a)
          let y = inPlace ? a : run.output("y", shape.count, closeness)
          run.backend.binary(operation, a, b, shape: shape, axesOfB: axes, into: y)
        }
      }
    }
  } + [
    OperationCase("binary multiply of one row of 100003") { run in
      let shape = BlockShape(inner: 100_003)
      run.backend.binary(
        .multiply, run.normal(shape.count), run.normal(shape.count), shape: shape, axesOfB: .all,
        into: run.output("y", shape.count, .elementwise(1e-7)))
    },
    OperationCase("binary into b") { run in
      let shape = BlockShape(outer: 3, middle: 5, inner: 7)
      let b = run.output("b", normal: shape.count, .elementwise(2e-7, floor: 1))
      run.backend.binary(
        .subtract, run.normal(shape.count), b, shape: shape, axesOfB: .all, into: b)
    },
  ]

private let affineSumCases: [OperationCase] = (1...4).flatMap { terms in
  [1, 1000, 4099].map { count in
    OperationCase("affineSum of \(terms) terms of \(count)") { run in
      let y = run.output("y", normal: count, .elementwise(1e-6, floor: 1))
      var sum: [(coefficient: Float, slice: BufferSlice)] = [(-0.7, y)]
      for term in 1..<max(terms, 1) { sum.append((1.5 / Float(term), run.normal(count))) }
      run.backend.affineSum(
        sum, into: run.output("apart", count, .elementwise(1e-6, floor: 1)))
      run.backend.affineSum(sum, into: y)
    }
  }
}

private let rowAffineSumCases: [OperationCase] = (1...4).flatMap { terms in
  [(1, 5), (3, 1), (3, 17), (5, 3072), (2, 4097)].map { rows, columns in
    OperationCase("rowAffineSum of \(terms) terms of \(rows)×\(columns)") { run in
      let y = run.output("y", normal: rows * columns, .elementwise(1e-6, floor: 1))
      let slices = [y] + (1..<max(terms, 1)).map { _ in run.normal(rows * columns) }
      let coefficients = run.normal(terms * rows)
      run.backend.rowAffineSum(
        slices, coefficients: coefficients, rows: rows,
        into: run.output("apart", rows * columns, .elementwise(1e-6, floor: 1)))
      run.backend.rowAffineSum(slices, coefficients: coefficients, rows: rows, into: y)
    }
  }
}

private let modulateCases: [OperationCase] = Activation.allCases.flatMap { activation in
  [
    (BlockShape(outer: 3, middle: 35, inner: 17), true),
    (BlockShape(outer: 2, middle: 7, inner: 130), false),
    (BlockShape(outer: 1, middle: 11, inner: 1), true),
    (BlockShape(outer: 3, middle: 1, inner: 3), true),
  ].map { shape, perSample in
    OperationCase(
      "modulate \(activation) \(shape.outer)×\(shape.middle)×\(shape.inner)"
        + (perSample ? " per sample" : "")
    ) { run in
      let count = perSample ? shape.outer * shape.inner : shape.inner
      let (scale, shift) = (run.normal(count), run.normal(count))
      let y = run.output("y", normal: shape.count, .elementwise(1e-6, floor: 1))
      run.backend.modulate(
        y, scale: scale, shift: shift, shape: shape, perSample: perSample, activation: activation,
        into: run.output("apart", shape.count, .elementwise(1e-6, floor: 1)))
      run.backend.modulate(
        y, scale: scale, shift: shift, shape: shape, perSample: perSample, activation: activation,
        into: y)
    }
  }
}
