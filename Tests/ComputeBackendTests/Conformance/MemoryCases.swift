import ComputeBackend

let memoryCases: [OperationCase] =
  permuteCases + [
    OperationCase("fill") { run in
      let y = run.output("y", 1003, .exact)
      run.backend.fill(y, with: -0.75)
      run.backend.fill(y.range(from: 17, count: 1), with: 3)
    },
    OperationCase("copy") { run in
      run.backend.copy(run.normal(4099), into: run.output("y", 4099, .exact))
    },
    OperationCase("copy of integers with any bits") { run in
      let values: [Int32] = [0, -1, .min, .max, 0x7FC0_0001, 1, 0x0000_0001]
      run.backend.copy(run.integers(values), into: run.integerOutput("y", values.count))
    },
    OperationCase("copyBlock concatenates channels") { run in
      let (rows, first, second) = (35, 17, 3)
      let y = run.output("y", rows * (first + second), .exact)
      run.backend.copyBlock(
        run.normal(rows * first), sourcePitch: first, into: y, intoPitch: first + second,
        rows: rows, columns: first)
      run.backend.copyBlock(
        run.normal(rows * second), sourcePitch: second,
        into: y.range(from: first, count: y.count - first), intoPitch: first + second, rows: rows,
        columns: second)
    },
    OperationCase("copyBlock slices columns") { run in
      let x = run.normal(33 * 130)
      let y = run.output("y", 33 * 64, .exact)
      run.backend.copyBlock(
        x.range(from: 65, count: x.count - 65), sourcePitch: 130, into: y, intoPitch: 64, rows: 33,
        columns: 64)
    },
    OperationCase("copyBlock of one column leaves the others") { run in
      let y = run.output("y", normal: 21, .exact)
      run.backend.copyBlock(
        run.normal(7), sourcePitch: 1, into: y.range(from: 1, count: 20), intoPitch: 3, rows: 7,
        columns: 1)
    },
    OperationCase("gatherRows with repeats") { run in
      let indices = run.integers([4, 0, 4, 10, 3, 3, 9])
      run.backend.gatherRows(
        run.normal(11 * 33), indices: indices, columns: 33, into: run.output("y", 7 * 33, .exact))
    },
    OperationCase("gatherRows of single elements") { run in
      let indices = run.labels(1001, in: 0..<10)
      run.backend.gatherRows(
        run.normal(10), indices: indices, columns: 1, into: run.output("y", 1001, .exact))
    },
    OperationCase("unpackBytes of 4099") { run in
      let words = run.labels(1025, in: 0..<Int(Int32.max))
      run.backend.unpackBytes(words, table: run.normal(256), into: run.output("y", 4099, .exact))
    },
    OperationCase("unpackBytes of 3 with the highest bit") { run in
      run.backend.unpackBytes(
        run.integers([-2]), table: run.normal(256), into: run.output("y", 3, .exact))
    },
    OperationCase("packBytes of 4099") { run in
      run.backend.packBytes(
        run.uniform(4099, in: -20...280), into: run.integerOutput("y", 1025))
    },
    OperationCase("packBytes of values at the limits") { run in
      let values: [Float] = [-1, -0.0, 0.99, 1, 254.99, 255, 256, .infinity, -.infinity, .nan, 128]
      run.backend.packBytes(run.floats(values), into: run.integerOutput("y", 3))
    },
    OperationCase("scatterAddRows with repeats") { run in
      let y = run.output("y", normal: 5 * 33, .relative(1e-6))
      run.backend.scatterAddRows(
        run.normal(7 * 33), indices: run.integers([4, 0, 4, 1, 4, 0, 3]), columns: 33, into: y)
    },
    OperationCase("scatterAddRows onto few rows") { run in
      let y = run.output("y", normal: 3 * 5, .relative(5e-6))
      run.backend.scatterAddRows(
        run.normal(1000 * 5), indices: run.labels(1000, in: 0..<3), columns: 5, into: y)
    },
  ]

private let permuteCases: [OperationCase] = [
  ([7], [0]),
  ([3, 5], [1, 0]),
  ([33, 130], [1, 0]),
  ([257, 131], [1, 0]),
  ([2, 3, 5], [0, 2, 1]),
  ([2, 3, 5], [2, 1, 0]),
  ([2, 3, 5], [1, 2, 0]),
  ([3, 67, 41], [0, 2, 1]),
  ([3, 67, 41], [1, 0, 2]),
  ([2, 7, 5, 3], [0, 3, 1, 2]),
  ([2, 3, 7, 5], [0, 2, 3, 1]),
  ([2, 17, 4, 8], [0, 2, 1, 3]),
  ([2, 3, 4, 5], [3, 2, 1, 0]),
  ([2, 3, 4, 5], [0, 1, 2, 3]),
  ([2, 3, 5, 7, 4], [4, 2, 0, 3, 1]),
  ([1, 3, 1, 7, 2], [1, 4, 2, 0, 3]),
].map { (shape: [Int], axes: [Int]) in
  OperationCase("permute \(shape) to \(axes)") { run in
    let count = shape.reduce(1, *)
    run.backend.permute(
      run.normal(count), shape: shape, axes: axes, into: run.output("y", count, .exact))
  }
}
