import ComputeBackend
import TestSupport

let criticCases: [OperationCase] =
  CriticActivation.allCases.flatMap { activation in
    shapes.flatMap { passCases(activation, $0) } + [tallCase(activation)]
  } + [vanishingCase]

private let shapes = [
  CriticShape(pairs: 1, features: 1, units: 1), CriticShape(pairs: 3, features: 5, units: 7),
  CriticShape(pairs: 19, features: 35, units: 17), CriticShape(pairs: 37, features: 70, units: 133),
]

extension CriticShape {
  fileprivate var label: String { "\(pairs)×\(features)×\(units)" }
}

private let closeness = Closeness.elementwise(2e-6, floor: 1)

private func passCases(_ activation: CriticActivation, _ shape: CriticShape) -> [OperationCase] {
  let (pairs, features, units) = (shape.pairs, shape.features, shape.units)
  let label = "\(activation) \(shape.label)"
  return [
    OperationCase("scaledSlopes \(label)") { run in
      let z = run.normal(pairs * units)
      for (name, factors, perRow) in [
        ("plain", nil, false), ("by row", run.normal(pairs), true),
        ("by column", run.normal(units), false),
      ] as [(String, BufferSlice?, Bool)] {
        run.backend.scaledSlopes(
          activation, z, rows: pairs, columns: units, factors: factors, perRow: perRow,
          into: run.output(name, pairs * units, closeness))
      }
    },
    OperationCase("slopeProduct \(label)") { run in
      for transposed in [false, true] {
        let product = MatrixProductShape(m: pairs, n: features, k: units, transposeA: transposed)
        for hasFactors in [false, true] {
          run.backend.slopeProduct(
            activation, run.normal(product.aCount), factors: hasFactors ? run.normal(units) : nil,
            run.normal(product.bCount), shape: product,
            into: run.output(
              "\(transposed ? "transposed" : "plain")\(hasFactors ? " with factors" : "")",
              product.resultCount, .products(units)))
        }
      }
    },
    OperationCase("penaltyDirections for \(label)") { run in
      let slopes = run.output("directions", normal: pairs * features, closeness)
      run.backend.penaltyDirections(
        slopes, scale: 0.7, shape: shape, into: slopes,
        penalties: run.output("penalties", pairs, .elementwise(1e-5, floor: 1)))
    },
    factorsCase("criticFactors \(label)", activation, shape, hasPenalty: true),
    factorsCase("criticFactors without a penalty, \(label)", activation, shape, hasPenalty: false),
    OperationCase("criticWeightGradients for \(label)") { run in
      let weights = CriticWeights(
        hidden: run.normal(units * features), bias: run.normal(units), output: run.normal(units))
      let gradients = CriticWeights(
        hidden: run.output("hidden", normal: units * features, closeness),
        bias: run.output("bias", normal: units, .exact),
        output: run.output("output", normal: units, .relative(1e-5)))
      run.backend.criticWeightGradients(
        weights, throughSlopes: run.normal(units * features), shape: shape, gradients: gradients)
    },
  ]
}

/// A narrow product, whose rows threads share out.
private func tallCase(_ activation: CriticActivation) -> OperationCase {
  OperationCase("slopeProduct \(activation) 701×9×45") { run in
    let product = MatrixProductShape(m: 701, n: 9, k: 45, transposeA: true)
    run.backend.slopeProduct(
      activation, run.normal(product.aCount), factors: nil, run.normal(product.bCount),
      shape: product, into: run.output("y", product.resultCount, .products(45)))
  }
}

private func factorsCase(
  _ name: String, _ activation: CriticActivation, _ shape: CriticShape, hasPenalty: Bool
) -> OperationCase {
  OperationCase(name) { run in
    let (pairs, units) = (shape.pairs, shape.units)
    run.backend.criticFactors(
      activation,
      z: run.output("z", normal: 2 * pairs * units, hasPenalty ? closeness : .exact),
      shares: run.uniform(pairs), output: run.normal(units),
      penaltySlopes: hasPenalty ? run.normal(pairs * units) : nil, transportWeight: -0.8,
      shape: shape, bias: run.output("bias", units, .relative(1e-5)),
      outputGradient: run.output("output", units, .relative(1e-5)),
      transport: run.output("transport", 1, .elementwise(1e-5, floor: 1)))
  }
}

/// Where a slope is 0, its norm has no derivative.
private let vanishingCase = OperationCase("penaltyDirections of slope 0") { run in
  let slopes = run.output("directions", initially: [0, 0, 0, 3, 0, 4], .elementwise(2e-6))
  run.backend.penaltyDirections(
    slopes, scale: 0.5, shape: CriticShape(pairs: 2, features: 3, units: 1), into: slopes,
    penalties: run.output("penalties", 2, .elementwise(1e-5)))
}
