import Autograd
import ComputeBackend
import Foundation

extension BatchNorm2D {
  /// How likely inputs a are by the running statistics: for each sample the least over all pixels
  /// and channels of −½((a − μ)/σ)² − ln σ − ½ ln 2π, σ = √(variance + ε).
  ///
  /// - Parameter input: `[N, …, C]`.
  /// - Returns: `[N]`.
  public func logLikelihood(of input: Tensor) -> Tensor {
    let precision = (runningVariance.value + epsilon).reciprocalSquareRoot()
    let deviations = modulate(
      input, scale: precision, shift: -(runningMean.value * precision))
    // ½z² + ln σ, the negative of what is wanted but for the constant.
    let half = Tensor(
      [Float](repeating: 0.5, count: precision.count), shape: precision.shape, on: input.backend)
    let surprise = modulate(deviations.square(), scale: half, shift: -precision.log())
    let rows = input.shape[0]
    return surprise.reduced(
      .maximum, shape: BlockShape(outer: rows, inner: input.count / rows), keeping: .outer,
      scale: -1, resultShape: [rows]
    ).affine(scale: 1, offset: -0.5 * logf(2 * .pi))
  }
}
