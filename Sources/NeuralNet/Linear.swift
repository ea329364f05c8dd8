import Autograd
import ComputeBackend

/// x·weightᵀ + bias: `[…, I]` to `[…, O]`.
public final class Linear: Module {
  /// `[O, I]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?

  /// Fetches `path.weight` and `path.bias`.
  public init(
    _ path: String, inputs: Int, outputs: Int, bias: Bool = true, from source: any WeightSource,
    initializer: Initializer = .kaimingUniform
  ) throws {
    let shape = [outputs, inputs]
    weight = try Parameter(
      "\(path).weight", shape: shape, from: source, initializer: initializer)
    self.bias =
      try bias
      ? Parameter(
        "\(path).bias", shape: [outputs], from: source, initializer: .bias(ofWeight: shape))
      : nil
  }

  /// activation(x·weightᵀ + bias + residual), see `linear`.
  public func callAsFunction(
    _ x: Tensor, residual: Tensor? = nil, activation: Activation = .identity
  ) -> Tensor {
    linear(
      x, weight: weight.value, bias: bias?.value, residual: residual, activation: activation)
  }

  public func collectParameters(into list: inout ParameterList) {
    list.append(weight)
    if let bias { list.append(bias) }
  }
}
