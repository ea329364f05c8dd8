import Autograd
import ComputeBackend
import NeuralNet

/// ψ of Meta-Sift: gives each sample a weight S in (0, 1) by its loss alone.
///
/// A perceptron 1 → 100 → 1 with ReLU and a final sigmoid. It begins with the weight σ(4) = 0.98
/// for every loss, as the paper wants nearly all samples in the split for training: the last
/// layer's weights are 0, its bias is 4. Then the order of the weights is what the meta-updates
/// taught, and not the chance of an initialization. The released code has two hidden layers, 100
/// and 150, and PyTorch's initialization.
package final class WeightNetwork: Module {
  private let hidden: [Linear]
  private let output: Linear

  private static let initialBias: Float = 4

  package init(isCompatible: Bool, seed: UInt64, on backend: any ComputeBackend) {
    let source = RandomWeights(seed: seed, on: backend)
    let units = isCompatible ? [100, 150] : [100]
    do {
      hidden = try zip([1] + units, units).enumerated().map { number, sizes in
        try Linear(
          "weighting.hidden\(number)", inputs: sizes.0, outputs: sizes.1, from: source)
      }
      output = try Linear(
        "weighting.output", inputs: units[units.count - 1], outputs: 1, from: source)
    } catch {
      preconditionFailure("WeightNetwork: \(error)")
    }
    guard !isCompatible else { return }
    output.weight.assign(.zeros(output.weight.exportedShape, on: backend))
    output.bias?.assign(.full(Self.initialBias, [1], on: backend))
  }

  /// What the sigmoid takes, `[n]`, of losses `[n]`.
  package func logits(_ losses: Tensor) -> Tensor {
    output(activations(losses)).reshaped([losses.count])
  }

  /// The same in Double: the last bias is far larger than what tells samples apart, which would be
  /// lost where it is added in 32 bits.
  package func exactLogits(_ losses: Tensor) throws -> [Double] {
    let sums = matrixProduct(activations(losses), output.weight.value, transposeB: true)
    let bias = try output.bias?.value.item() ?? 0
    return try sums.values().map { Double(bias) + Double($0) }
  }

  private func activations(_ losses: Tensor) -> Tensor {
    var x = losses.reshaped([losses.count, 1])
    for layer in hidden { x = layer(x, activation: .relu) }
    return x
  }

  package func collectParameters(into list: inout ParameterList) {
    for layer in hidden { layer.collectParameters(into: &list) }
    output.collectParameters(into: &list)
  }
}
