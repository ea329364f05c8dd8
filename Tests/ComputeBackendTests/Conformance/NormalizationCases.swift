import ComputeBackend
import TestSupport

let normalizationCases: [OperationCase] =
  [Activation.identity, .relu, .silu].flatMap { activation in
    groupNormShapes.flatMap { shape in
      let label = "[\(shape.batch), \(shape.spatial), \(shape.channels)] in \(shape.groups) groups"
      return [
        OperationCase("groupNorm \(label), \(activation)") {
          $0.groupNorm(shape, activation, mean: 0)
        },
        OperationCase("groupNorm \(label), \(activation), mean 1000") {
          $0.groupNorm(shape, activation, mean: 1000)
        },
      ]
    }
      + batchNormShapes.flatMap { rows, channels in
        [
          OperationCase("batchNorm \(rows)×\(channels), \(activation)") {
            $0.batchNorm(rows: rows, channels: channels, activation, mean: 0)
          },
          OperationCase("batchNorm \(rows)×\(channels), \(activation), mean 1000") {
            $0.batchNorm(rows: rows, channels: channels, activation, mean: 1000)
          },
        ]
      }
  }

private let groupNormShapes: [GroupNormShape] = [
  GroupNormShape(batch: 2, spatial: 35, channels: 12, groups: 3),
  GroupNormShape(batch: 3, spatial: 17, channels: 17, groups: 1),
  GroupNormShape(batch: 2, spatial: 64, channels: 96, groups: 32),
  GroupNormShape(batch: 1, spatial: 1021, channels: 33, groups: 11),
  GroupNormShape(batch: 2, spatial: 13, channels: 5, groups: 5),
  GroupNormShape(batch: 5, spatial: 1, channels: 70, groups: 1),
  GroupNormShape(batch: 3, spatial: 16, channels: 130, groups: 2),
  GroupNormShape(batch: 1, spatial: 9, channels: 1, groups: 1),
]

/// Not two rows: their gradient cancels to the size of ε, below any rounding.
private let batchNormShapes = [(35, 6), (5, 5), (1021, 33), (192, 130), (8205, 3), (100, 1)]

extension CaseRun {
  /// The mean of numbers around 1000 is itself rounded by 3·10⁻⁵, which shifts every element; in a
  /// gradient it enters twice, by the normalised element and by the activation's derivative.
  private func closeness(mean: Float) -> Closeness { .relative(share(mean: mean)) }

  private func share(mean: Float) -> Double { mean == 0 ? 4e-6 : 7e-5 }

  /// Sums over so many rows may cancel, all the more where there is one channel: the limit is
  /// relative to the deviation of such a sum, whose terms are about 1.
  private func sumCloseness(mean: Float, rows: Int) -> Closeness {
    .absolute(share(mean: mean) * Double(rows).squareRoot())
  }

  fileprivate func groupNorm(_ shape: GroupNormShape, _ activation: Activation, mean: Float) {
    let closeness = closeness(mean: mean)
    let sums = sumCloseness(mean: mean, rows: shape.batch * shape.spatial)
    let x = normal(shape.count, mean: mean)
    let (gamma, beta) = (normal(shape.channels), normal(shape.channels))
    let average = output("mean", shape.statisticsCount, .relative(5e-7))
    let rstd = output("rstd", shape.statisticsCount, .elementwise(2e-6))
    backend.groupNorm(
      shape, x, gamma: gamma, beta: beta, epsilon: 1e-5, activation: activation,
      into: output("y", shape.count, closeness), mean: average, rstd: rstd)
    backend.groupNormGradient(
      shape, x, gamma: gamma, beta: beta, activation: activation, mean: average, rstd: rstd,
      upstream: normal(shape.count), inputGradient: output("dx", shape.count, closeness),
      gammaGradient: output("dgamma", shape.channels, sums),
      betaGradient: output("dbeta", shape.channels, sums))
  }

  fileprivate func batchNorm(rows: Int, channels: Int, _ activation: Activation, mean: Float) {
    let closeness = closeness(mean: mean)
    let sums = sumCloseness(mean: mean, rows: rows)
    let x = normal(rows * channels, mean: mean)
    let (gamma, beta) = (normal(channels), normal(channels))
    let average = output("mean", channels, .relative(5e-7))
    let variance = output("variance", channels, .elementwise(4e-6))
    backend.batchNorm(
      rows: rows, channels: channels, x, gamma: gamma, beta: beta, epsilon: 1e-5,
      activation: activation, into: output("y", x.count, closeness), mean: average,
      variance: variance)
    backend.batchNormGradient(
      rows: rows, channels: channels, x, gamma: gamma, beta: beta, epsilon: 1e-5,
      activation: activation, mean: average, variance: variance, upstream: normal(x.count),
      inputGradient: output("dx", x.count, closeness),
      gammaGradient: output("dgamma", channels, sums),
      betaGradient: output("dbeta", channels, sums))
  }
}
