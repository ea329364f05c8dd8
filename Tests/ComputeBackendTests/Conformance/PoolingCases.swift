import ComputeBackend
import TestSupport

let poolingCases: [OperationCase] =
  maxPoolCases + resizeCases + [
    OperationCase("gather with repeats") { run in
      run.backend.gather(
        run.normal(101), indices: run.labels(4099, in: 0..<101),
        into: run.output("y", 4099, .exact))
    },
    OperationCase("scatterAdd with repeats") { run in
      run.backend.scatterAdd(
        run.normal(4099), indices: run.labels(4099, in: 0..<101),
        into: run.output("y", 110, .relative(2e-6)))
    },
  ]

private let maxPoolCases: [OperationCase] = [
  Pool2DGeometry(batch: 3, inputHeight: 7, inputWidth: 5, channels: 1, kernel: 2, stride: 2),
  Pool2DGeometry(
    batch: 2, inputHeight: 9, inputWidth: 9, channels: 3, kernel: 3, stride: 2, padding: 1),
  Pool2DGeometry(
    batch: 1, inputHeight: 11, inputWidth: 13, channels: 17, kernel: 3, stride: 1, padding: 1),
  Pool2DGeometry(batch: 3, inputHeight: 8, inputWidth: 8, channels: 33, kernel: 2, stride: 2),
  Pool2DGeometry(batch: 1, inputHeight: 7, inputWidth: 7, channels: 130, kernel: 7, stride: 7),
  Pool2DGeometry(
    batch: 1, inputHeight: 10, inputWidth: 7, channels: 5, kernel: 2, stride: 3, padding: 1),
].flatMap { geometry in
  let label =
    "\(geometry.inputHeight)×\(geometry.inputWidth)×\(geometry.channels), kernel "
    + "\(geometry.kernel), stride \(geometry.stride), padding \(geometry.padding)"
  return [
    OperationCase("maxPool \(label)") { run in
      run.maxPool(geometry, run.normal(geometry.inputCount))
    },
    OperationCase("maxPool \(label), ties below 0") { run in
      run.maxPool(geometry, run.whole(geometry.inputCount, in: -5 ..< -2))
    },
  ]
}

extension CaseRun {
  fileprivate func maxPool(_ geometry: Pool2DGeometry, _ x: BufferSlice) {
    let indices = integerOutput("indices", geometry.outputCount)
    backend.maxPool(
      geometry, x, into: output("y", geometry.outputCount, .exact), indices: indices)
    backend.scatterAdd(
      normal(geometry.outputCount), indices: indices,
      into: output("dx", geometry.inputCount, .relative(1e-6)))
    backend.gather(x, indices: indices, into: output("gathered", geometry.outputCount, .exact))
  }
}

private let resizeCases: [OperationCase] = [
  ([2, 6, 8, 17], 2), ([1, 4, 4, 3], 4), ([3, 7, 7, 130], 7), ([1, 9, 6, 1], 3), ([3, 5, 4, 5], 1),
].flatMap { (shape: [Int], factor: Int) in
  let count = shape.reduce(1, *)
  return [Float(1), 0.75].flatMap { scale in
    [
      OperationCase("averagePool \(shape) by \(factor) times \(scale)") { run in
        run.backend.averagePool(
          run.normal(count), shape: shape, factor: factor, scale: scale,
          into: run.output("y", count / (factor * factor), .relative(1e-6)))
      },
      OperationCase("upsampleNearest \(shape) by \(factor) times \(scale)") { run in
        run.backend.upsampleNearest(
          run.normal(count), shape: shape, factor: factor, scale: scale,
          into: run.output("y", count * factor * factor, .elementwise(1e-7)))
      },
    ]
  }
}
