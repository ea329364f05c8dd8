import Autograd
import ComputeBackend

/// Group normalisation of `[N, …, C]` with a learned scale and shift for each channel.
public final class GroupNorm: Module {
  public let weight: Parameter
  public let bias: Parameter
  public let groups: Int
  public let epsilon: Float

  /// Fetches `path.weight` and `path.bias`, both `[C]`.
  public init(
    _ path: String, channels: Int, groups: Int, epsilon: Float = 1e-5,
    from source: any WeightSource
  ) throws {
    weight = try Parameter(
      "\(path).weight", shape: [channels], from: source, initializer: .constant(1))
    bias = try Parameter(
      "\(path).bias", shape: [channels], from: source, initializer: .constant(0))
    self.groups = groups
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
    groupNorm(
      x, gamma: weight.value, beta: bias.value, groups: groups, epsilon: epsilon,
      activation: activation)
  }

  public func collectParameters(into list: inout ParameterList) {
    list.append(weight)
    list.append(bias)
  }
}
