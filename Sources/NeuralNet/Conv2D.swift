import Autograd
import ComputeBackend

/// A two-dimensional convolution of images `[N, H, W, I]`.
public final class Conv2D: Module {
  /// `[O, kH, kW, I / groups]`.
  public let weight: Parameter
  /// `[O]`.
  public let bias: Parameter?
  public let stride: Int
  public let padding: Conv2DGeometry.Padding
  public let groups: Int

  /// Fetches `path.weight` (PyTorch's `[O, I / groups, k, k]`) and `path.bias`.
  public init(
    _ path: String, inputs: Int, outputs: Int, kernel: Int, stride: Int = 1,
    padding: Conv2DGeometry.Padding, groups: Int = 1, bias: Bool = true,
    from source: any WeightSource, initializer: Initializer = .kaimingUniform
  ) throws {
    let shape = [outputs, inputs / groups, kernel, kernel]
    weight = try Parameter(
      "\(path).weight", shape: shape, from: source, initializer: initializer,
      layout: .convolution)
    self.bias =
      try bias
      ? Parameter(
        "\(path).bias", shape: [outputs], from: source, initializer: .bias(ofWeight: shape))
      : nil
    self.stride = stride
    self.padding = padding
    self.groups = groups
  }

  /// activation(x ⋆ weight + bias + sampleBias + residual), see `convolve`.
  public func callAsFunction(
    _ x: Tensor, sampleBias: Tensor? = nil, residual: Tensor? = nil,
    activation: Activation = .identity
  ) -> Tensor {
    convolve(
      x, weight: weight.value, bias: bias?.value, sampleBias: sampleBias, residual: residual,
      stride: stride, padding: padding, groups: groups, activation: activation)
  }

  public func collectParameters(into list: inout ParameterList) {
    list.append(weight)
    if let bias { list.append(bias) }
  }
}
