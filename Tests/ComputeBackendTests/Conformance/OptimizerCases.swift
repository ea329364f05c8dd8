import ComputeBackend
import TestSupport

let optimizerCases: [OperationCase] =
  sizes.flatMap { size in
    gradientDescents.map { gradientDescentCase($0.key, $0.value, size) }
      + adams.map { adamCase($0.key, $0.value, size) }
  }

private let gradientDescents: KeyValuePairs<String, SGDParameters> = [
  "plain": SGDParameters(learningRate: 0.1, momentum: 0, weightDecay: 0),
  "decay": SGDParameters(learningRate: 0.1, momentum: 0, weightDecay: 0.05),
  "momentum": SGDParameters(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4),
  "Nesterov": SGDParameters(learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, nesterov: true),
]

private let adams: KeyValuePairs<String, AdamParameters> = [
  "first": AdamParameters(learningRate: 1e-2, step: 1),
  "with decay": AdamParameters(
    learningRate: 1e-3, beta1: 0.5, beta2: 0.9, weightDecay: 0.01, step: 1000),
  "with decoupled decay": AdamParameters(
    learningRate: 1e-2, weightDecay: 0.1, decoupledWeightDecay: true, step: 7),
]

/// A number of weights, and whether the gradient is scaled by a number on the device.
private struct Size: Sendable {
  var count: Int
  var scaled = false

  var label: String { "\(count)" + (scaled ? " scaled" : "") }
}

private let sizes = [
  Size(count: 1), Size(count: 1003), Size(count: 1003, scaled: true),
  Size(count: 16_411, scaled: true),
]

private let closeness = Closeness.elementwise(1e-6, floor: 1)

private func gradientDescentCase(
  _ name: String, _ parameters: SGDParameters, _ size: Size
) -> OperationCase {
  OperationCase("sgdStep \(name) of \(size.label)") { run in
    let weights = run.output("weights", normal: size.count, closeness)
    let velocity = run.output("velocity", normal: size.count, closeness)
    run.backend.sgdStep(
      parameters, weights: weights, gradients: run.normal(size.count), velocity: velocity,
      gradientScale: size.scaled ? run.floats([0.37]) : nil)
  }
}

private func adamCase(
  _ name: String, _ parameters: AdamParameters, _ size: Size
) -> OperationCase {
  OperationCase("adamStep \(name) of \(size.label)") { run in
    let weights = run.output("weights", normal: size.count, closeness)
    let first = run.output("first moment", normal: size.count, closeness)
    let second = run.output("second moment", size.count, closeness)
    run.backend.copy(run.uniform(size.count), into: second)
    run.backend.adamStep(
      parameters, weights: weights, gradients: run.normal(size.count), firstMoment: first,
      secondMoment: second, gradientScale: size.scaled ? run.floats([0.37]) : nil)
  }
}
