import ComputeBackend
import TestSupport

let criticCases: [OperationCase] =
  CriticActivation.allCases.flatMap { activation in
    shapes.flatMap { shape in passCases(activation, shape) + [gradientCase(activation, shape)] }
      + [vanishingCase(activation)]
  }

private let shapes = [
  CriticShape(pairs: 1, features: 1, units: 1), CriticShape(pairs: 3, features: 5, units: 7),
  CriticShape(pairs: 19, features: 35, units: 17), CriticShape(pairs: 37, features: 70, units: 133),
]

extension CriticShape {
  fileprivate var label: String { "\(pairs)×\(features)×\(units)" }
}

private let closeness = Closeness.elementwise(2e-6, floor: 1)

private func passCases(_ activation: CriticActivation, _ shape: CriticShape) -> [OperationCase] {
  let (pairs, units) = (shape.pairs, shape.units)
  return [
    OperationCase("mixedSlopes \(activation) \(shape.label)") { run in
      run.backend.mixedSlopes(
        activation, run.normal(2 * pairs * units), shares: run.uniform(pairs),
        output: run.normal(units), shape: shape, into: run.output("y", pairs * units, closeness))
    },
    OperationCase("penaltyDirections for \(activation) \(shape.label)") { run in
      let slopes = run.output("directions", normal: pairs * shape.features, closeness)
      run.backend.penaltyDirections(
        slopes, scale: 0.7, shape: shape, into: slopes,
        penalties: run.output("penalties", pairs, .elementwise(1e-5, floor: 1)))
    },
    OperationCase("criticFactors \(activation) \(shape.label)") { run in
      run.backend.criticFactors(
        activation, z: run.output("z", normal: 2 * pairs * units, closeness),
        shares: run.uniform(pairs), output: run.normal(units),
        penaltySlopes: run.normal(pairs * units), transportWeight: -0.8, shape: shape,
        bias: run.output("bias", units, .relative(1e-5)),
        outputGradient: run.output("output", units, .relative(1e-5)),
        transport: run.output("transport", 1, .elementwise(1e-5, floor: 1)))
    },
  ]
}

private func gradientCase(_ activation: CriticActivation, _ shape: CriticShape) -> OperationCase {
  OperationCase("criticGradient \(activation) \(shape.label)") { run in
    run.criticGradient(activation, shape, output: run.normal(shape.units))
  }
}

/// With output weights 0 every slope is 0, where the norm has no derivative.
private func vanishingCase(_ activation: CriticActivation) -> OperationCase {
  OperationCase("criticGradient \(activation) of slope 0") { run in
    let shape = CriticShape(pairs: 5, features: 9, units: 6)
    run.criticGradient(
      activation, shape, output: run.floats([Float](repeating: 0, count: shape.units)))
  }
}

extension CaseRun {
  fileprivate func criticGradient(
    _ activation: CriticActivation, _ shape: CriticShape, output: BufferSlice
  ) {
    let (m, d, h) = (shape.pairs, shape.features, shape.units)
    let deviation = 1 / Float(d).squareRoot()
    let weights = CriticWeights(
      hidden: normal(h * d, deviation: deviation), bias: normal(h), output: output)
    let gradients = CriticWeights(
      hidden: self.output("hidden", h * d, .relative(2e-5)),
      bias: self.output("bias", h, .relative(2e-5)),
      output: self.output("output", h, .relative(2e-5)))
    backend.criticGradient(
      activation, weights, pairs: normal(2 * m * d), shares: uniform(m), transportWeight: -1,
      penaltyWeight: 10, shape: shape, gradients: gradients,
      values: self.output("values", 2, .elementwise(1e-5, floor: 1)))
  }
}
