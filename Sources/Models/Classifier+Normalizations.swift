import Autograd
import NeuralNet

extension Classifier {
  /// How likely the inputs of each batch normalization are by its running statistics, a tensor
  /// `[N]` for each layer in the order of its parameters.
  ///
  /// For inputs a `[N, H, W, C]`, means μ and deviations σ = √(variance + ε) of the channels, the
  /// least over all pixels and channels of −½((a − μ)/σ)² − ln σ − ½ ln 2π (FLARE). The network
  /// must be set to evaluation.
  ///
  /// - Parameter x: normalized images `[N, H, W, C]`.
  public func normalizationLogLikelihoods(_ x: Tensor) -> [Tensor] {
    let layers = parameters.normalizations
    var results = [Tensor?](repeating: nil, count: layers.count)
    for (number, layer) in layers.enumerated() {
      layer.onInput = { input in
        withoutGradient { results[number] = layer.logLikelihood(of: input) }
      }
    }
    defer { for layer in layers { layer.onInput = nil } }
    _ = withoutGradient { features(x) }
    return results.enumerated().map { number, result in
      guard let result else {
        preconditionFailure("normalizationLogLikelihoods: layer \(number) is not used")
      }
      return result
    }
  }
}
