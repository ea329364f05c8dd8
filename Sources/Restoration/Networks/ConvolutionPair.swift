import Autograd
import NeuralNet

/// Twice a 3×3 convolution, instance normalization and leaky ReLU: one level of a U-Net.
final class ConvolutionPair: Module {
  private let layers: [(convolution: Conv2D, norm: GroupNorm)]

  /// PyTorch's usual slope in such networks.
  private static let slope: Float = 0.2

  /// Fetches `path.conv1`, `path.norm1`, `path.conv2` and `path.norm2`; the convolutions have no
  /// bias, which the normalization would take away.
  init(_ path: String, inputs: Int, outputs: Int, from source: any WeightSource) throws {
    layers = try [inputs, outputs].enumerated().map { index, inputs in
      (
        try Conv2D(
          "\(path).conv\(index + 1)", inputs: inputs, outputs: outputs, kernel: 3,
          padding: .symmetric(1), bias: false, from: source),
        try GroupNorm(
          "\(path).norm\(index + 1)", channels: outputs, groups: outputs, from: source)
      )
    }
  }

  func collectParameters(into list: inout ParameterList) {
    for layer in layers {
      layer.convolution.collectParameters(into: &list)
      layer.norm.collectParameters(into: &list)
    }
  }

  /// `[N, H, W, inputs]` to `[N, H, W, outputs]`.
  func callAsFunction(_ x: Tensor) -> Tensor {
    layers.reduce(x) { $1.norm($1.convolution($0)).leakyReLU(Self.slope) }
  }
}
