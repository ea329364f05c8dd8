import ComputeBackend
import TestSupport

let reductionCases: [OperationCase] =
  reduceCases + argmaxCases + softmaxCases + crossEntropyCases

private let reduceShapes: [BlockShape] = [
  BlockShape(outer: 3, middle: 17, inner: 33),
  BlockShape(outer: 2, middle: 64, inner: 3),
  BlockShape(outer: 1, middle: 1, inner: 100_003),
  BlockShape(outer: 100_003, middle: 1, inner: 1),
  BlockShape(outer: 3, middle: 33_331, inner: 1),
  BlockShape(outer: 2, middle: 16_387, inner: 3),
  BlockShape(outer: 5, middle: 1, inner: 2053),
  BlockShape(outer: 301, middle: 7, inner: 130),
]

private let reduceCases: [OperationCase] =
  reduceShapes.flatMap { shape in
    (Int32(0)..<8).flatMap { bits in
      ReductionOperation.allCases.map { operation in
        let keeping = BlockAxes(rawValue: bits)
        let size = "\(shape.outer)×\(shape.middle)×\(shape.inner)"
        return OperationCase("reduce \(operation) \(size) keeping \(bits)") { run in
          let count = shape.count(keeping: keeping)
          // Sums of normal numbers cancel: the limit is relative to the sum of magnitudes.
          let magnitude = 0.8 * Double(shape.count / count)
          let closeness: Closeness =
            switch operation {
            case .sum: .absolute(5e-7 * max(magnitude, 4) * 0.5)
            case .maximum: .elementwise(1e-7)
            case .sumOfSquares: .elementwise(5e-7)
            }
          run.backend.reduce(
            operation, run.normal(shape.count), shape: shape, keeping: keeping, scale: -0.5,
            into: run.output("y", count, closeness))
        }
      }
    }
  } + [
    OperationCase("reduce sum of 1000003 positive numbers") { run in
      // A running sum in Float is off by 10⁻³ here.
      run.backend.reduce(
        .sum, run.uniform(1_000_003), shape: BlockShape(inner: 1_000_003), keeping: [], scale: 1,
        into: run.output("y", 1, .relative(5e-7)))
    },
    OperationCase("reduce sum of 300007 rows of positive numbers") { run in
      run.backend.reduce(
        .sum, run.uniform(3 * 300_007), shape: BlockShape(outer: 300_007, inner: 3),
        keeping: .inner, scale: 1, into: run.output("y", 3, .relative(5e-7)))
    },
  ]

private let argmaxCases: [OperationCase] =
  [(5, 1), (7, 10), (3, 17), (2, 1000), (1, 100_003)].flatMap { rows, columns in
    [
      OperationCase("argmax \(rows)×\(columns)") { run in
        run.backend.argmax(
          run.normal(rows * columns), rows: rows, columns: columns,
          into: run.integerOutput("y", rows))
      },
      OperationCase("argmax \(rows)×\(columns) with ties") { run in
        run.backend.argmax(
          run.whole(rows * columns, in: -9 ..< -6), rows: rows, columns: columns,
          into: run.integerOutput("y", rows))
      },
    ]
  }

private let softmaxCases: [OperationCase] =
  [(3, 1), (7, 10), (5, 17), (2, 1000), (129, 33), (1, 100_003)].flatMap { rows, columns in
    [Float(1), 1e4].map { deviation in
      OperationCase("softmax \(rows)×\(columns) of logits ±\(deviation)") { run in
        let x = run.normal(rows * columns, deviation: deviation)
        let y = run.output("y", x.count, .relative(2e-6))
        run.backend.softmax(x, rows: rows, columns: columns, into: y)
        run.backend.softmaxGradient(
          y, upstream: run.normal(x.count), rows: rows, columns: columns,
          into: run.output("dx", x.count, .absolute(2e-6)))
      }
    }
  } + [
    OperationCase("softmax of equal and of infinite logits") { run in
      let x: [Float] = [3, 3, 3, 3, -.infinity, 1, -.infinity, 1, 3e38, -3e38, 0, 1]
      run.backend.softmax(
        run.floats(x), rows: 3, columns: 4, into: run.output("y", 12, .elementwise(1e-6)))
    }
  ]

private let crossEntropyCases: [OperationCase] =
  [(3, 1), (7, 10), (33, 17), (2, 1000), (1, 100_003)].flatMap { rows, columns in
    [Float(1), 1e4].map { deviation in
      OperationCase("softmaxCrossEntropy \(rows)×\(columns) of logits ±\(deviation)") { run in
        let x = run.normal(rows * columns, deviation: deviation)
        // Labels at both ends, then anywhere.
        var labels = (0..<rows).map { Int32($0 * 7919 % columns) }
        labels[0] = Int32(columns - 1)
        if rows > 1 { labels[1] = 0 }
        let classes = run.integers(labels)
        run.backend.softmaxCrossEntropy(
          x, labels: classes, rows: rows, columns: columns,
          losses: run.output("losses", rows, .elementwise(1e-6, floor: Double(max(deviation, 1)))))
        run.backend.softmaxCrossEntropyGradient(
          x, labels: classes, upstream: run.normal(rows), rows: rows, columns: columns,
          into: run.output("dx", x.count, .absolute(5e-6)))
      }
    }
  }
