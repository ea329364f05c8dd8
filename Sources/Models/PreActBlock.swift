import Autograd
import NeuralNet

/// A residual block with normalisation first: h = ReLU(norm1(x)),
/// y = conv2(ReLU(norm2(conv1(h)))) + shortcut(h or x).
final class PreActBlock: Module {
  private let norm1: BatchNorm2D
  private let first: ConvolutionNorm
  private let conv2: Conv2D
  private let shortcut: Conv2D?

  init(
    _ path: String, inputs: Int, outputs: Int, stride: Int, shortcutName: String,
    from weights: any WeightSource
  ) throws {
    norm1 = try BatchNorm2D("\(path).bn1", channels: inputs, from: weights)
    first = try ConvolutionNorm(
      convolution: "\(path).conv1", norm: "\(path).bn2", inputs: inputs, outputs: outputs,
      kernel: 3, stride: stride, from: weights)
    conv2 = try Conv2D(
      "\(path).conv2", inputs: outputs, outputs: outputs, kernel: 3, padding: .symmetric(1),
      bias: false, from: weights, initializer: .kaimingNormalFanOut)
    shortcut =
      inputs == outputs && stride == 1
      ? nil
      : try Conv2D(
        "\(path).\(shortcutName).0", inputs: inputs, outputs: outputs, kernel: 1, stride: stride,
        padding: .symmetric(0), bias: false, from: weights, initializer: .kaimingNormalFanOut)
  }

  func collectParameters(into list: inout ParameterList) {
    norm1.collectParameters(into: &list)
    first.collectParameters(into: &list)
    conv2.collectParameters(into: &list)
    shortcut?.collectParameters(into: &list)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let h = norm1(x, activation: .relu)
    return conv2(first(h, activation: .relu), residual: shortcut.map { $0(h) } ?? x)
  }
}
