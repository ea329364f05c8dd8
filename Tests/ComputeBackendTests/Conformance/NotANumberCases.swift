import ComputeBackend
import TestSupport

/// NaN in an input reaches the output, so that a broken network cannot look like a working one.
let notANumberCases: [OperationCase] =
  unaryCases + binaryCases + reduceCases + productCases + slopeCases + normCases + singleCases

private let unaryCases: [OperationCase] = UnaryOperation.Code.allCases.filter {
  ![.sign, .step, .quantizeToByte].contains($0)
}.map { code in
  OperationCase("NaN through unary \(code)") { run in
    let x = run.floats([Float](repeating: 1, count: 30) + [.nan, 1, .nan])
    run.backend.unary(
      UnaryOperation(code, a: 0.5, b: 2), x, into: run.output("y", x.count, .relative(1e-6)))
  }
}

private let binaryCases: [OperationCase] = BinaryOperation.allCases.filter { $0 != .greater }.map {
  operation in
  OperationCase("NaN through binary \(operation)") { run in
    let a = run.floats([1, .nan, 1, .nan] + [Float](repeating: 1, count: 29))
    let b = run.floats([2, 2, .nan, .nan] + [Float](repeating: 2, count: 29))
    run.backend.binary(
      operation, a, b, shape: BlockShape(inner: a.count), axesOfB: .all,
      into: run.output("y", a.count, .relative(1e-6)))
  }
}

private let reduceCases: [OperationCase] = ReductionOperation.allCases.flatMap { operation in
  [(3, 1000), (3, 7), (1000, 3)].map { outer, inner in
    OperationCase("NaN through reduce \(operation) \(outer)×\(inner)") { run in
      let x = run.withNaN(run.normal(outer * inner), at: 2 * inner + inner / 2)
      for (name, axes) in [("rows", BlockAxes.outer), ("columns", .inner)] {
        let shape = BlockShape(outer: outer, inner: inner)
        run.backend.reduce(
          operation, x, shape: shape, keeping: axes, scale: 1,
          into: run.output(name, shape.count(keeping: axes), .relative(5e-6)))
      }
    }
  }
}

private let productCases: [OperationCase] = Activation.allCases.map { activation in
  OperationCase("NaN through matrixProduct with \(activation)") { run in
    let shape = MatrixProductShape(m: 33, n: 17, k: 20)
    run.backend.matrixProduct(
      shape, run.withNaN(run.normal(33 * 20), at: 207), run.normal(20 * 17),
      epilogue: Epilogue(bias: run.normal(17), activation: activation),
      into: run.output("y", 33 * 17, .products(20)))
  }
}

private let slopeCases: [OperationCase] = CriticActivation.allCases.map { activation in
  OperationCase("NaN through slopeProduct with \(activation)") { run in
    let shape = MatrixProductShape(m: 33, n: 17, k: 20)
    run.backend.slopeProduct(
      activation, run.normal(33 * 20), factors: nil, run.withNaN(run.normal(20 * 17), at: 207),
      shape: shape, into: run.output("y", 33 * 17, .products(20)))
  }
}

private let normCases: [OperationCase] = [Activation.identity, .relu, .silu].map { activation in
  OperationCase("NaN through norms with \(activation)") { run in
    let shape = GroupNormShape(batch: 2, spatial: 35, channels: 12, groups: 3)
    let x = run.withNaN(run.normal(shape.count), at: 17)
    let (gamma, beta) = (run.normal(12), run.normal(12))
    run.backend.groupNorm(
      shape, x, gamma: gamma, beta: beta, epsilon: 1e-5, activation: activation,
      into: run.output("group", shape.count, .relative(4e-6)),
      mean: run.output("mean", 6, .relative(1e-6)), rstd: run.output("rstd", 6, .relative(2e-6)))
    run.backend.batchNorm(
      rows: 70, channels: 12, x, gamma: gamma, beta: beta, epsilon: 1e-5, activation: activation,
      into: run.output("batch", shape.count, .relative(4e-6)),
      mean: run.output("batch mean", 12, .relative(1e-6)),
      variance: run.output("variance", 12, .relative(2e-6)))
  }
}

private let singleCases: [OperationCase] = [
  OperationCase("NaN through convolve") { run in
    // A fast algorithm may spread it over a tile, so the test is on the sum over each sample.
    let geometry = Conv2DGeometry(
      batch: 2, inputHeight: 9, inputWidth: 7, inputChannels: 16, outputChannels: 17,
      kernelHeight: 3, kernelWidth: 3, padding: .symmetric(1))
    let y = run.backend.makeBuffer(count: geometry.outputCount)[geometry.outputCount]
    let x = run.withNaN(run.normal(geometry.inputCount), at: 500)
    run.backend.convolve(
      geometry, input: x, weight: run.normal(geometry.weightCount),
      epilogue: Epilogue(activation: .relu), into: y)
    run.backend.reduce(
      .sum, y, shape: BlockShape(outer: 2, inner: y.count / 2), keeping: .outer, scale: 1,
      into: run.output("sums", 2, .relative(1e-5)))
  },
  OperationCase("NaN through maxPool") { run in
    let geometry = Pool2DGeometry(
      batch: 1, inputHeight: 6, inputWidth: 6, channels: 3, kernel: 2, stride: 2)
    let indices = run.integerOutput("indices", geometry.outputCount)
    run.backend.maxPool(
      geometry, run.withNaN(run.normal(geometry.inputCount), at: 31),
      into: run.output("y", geometry.outputCount, .exact), indices: indices)
  },
  OperationCase("NaN through softmax") { run in
    run.backend.softmax(
      run.withNaN(run.normal(3 * 17), at: 20), rows: 3, columns: 17,
      into: run.output("y", 3 * 17, .relative(2e-6)))
  },
  OperationCase("NaN through softmaxCrossEntropy") { run in
    run.backend.softmaxCrossEntropy(
      run.withNaN(run.normal(3 * 17), at: 20), labels: run.integers([16, 0, 3]), rows: 3,
      columns: 17, losses: run.output("losses", 3, .relative(2e-6)))
  },
  OperationCase("NaN through attention") { run in
    let shape = AttentionShape(
      batch: 2, queries: 9, keys: 11, heads: 2, headSize: 8, scale: 0.35)
    run.backend.attention(
      shape, queries: run.normal(shape.queryCount),
      keys: run.withNaN(run.normal(shape.keyCount), at: 3), values: run.normal(shape.keyCount),
      into: run.output("y", shape.queryCount, .relative(5e-6)),
      logSumExp: run.output("logSumExp", shape.logSumExpCount, .relative(2e-6)))
  },
  OperationCase("NaN through diffusionStep") { run in
    let step = DiffusionStep(
      sampleToPrediction: 1.2, outputToPrediction: -0.6, clip: 1, predictionWeight: 0.9,
      sampleWeight: 0.1)
    run.backend.diffusionStep(
      step, sample: run.normal(33), output: run.withNaN(run.normal(33), at: 20),
      previousPrediction: nil, noise: nil, rows: 1, pixels: 11, channels: 3,
      into: run.output("sample", 33, .relative(2e-6)),
      prediction: run.output("prediction", 33, .relative(2e-6)))
  },
]

extension CaseRun {
  /// The slice, one element replaced by NaN.
  fileprivate func withNaN(_ slice: BufferSlice, at index: Int) -> BufferSlice {
    backend.fill(slice.range(from: index, count: 1), with: .nan)
    return slice
  }
}
