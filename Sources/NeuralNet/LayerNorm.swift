import Autograd
import ComputeBackend

/// Normalization of each vector of `[…, C]` by its own mean and variance, with a learned scale and
/// shift.
public final class LayerNorm: Module {
  private let norm: GroupNorm

  /// Fetches `path.weight` and `path.bias`, both `[C]`; ε is that of torchvision and timm.
  public init(
    _ path: String, channels: Int, epsilon: Float = 1e-6, from source: any WeightSource
  ) throws {
    norm = try GroupNorm(path, channels: channels, groups: 1, epsilon: epsilon, from: source)
  }

  public func collectParameters(into list: inout ParameterList) {
    norm.collectParameters(into: &list)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let channels = norm.weight.value.count
    return norm(x.reshaped([x.count / channels, channels])).reshaped(x.shape)
  }
}
