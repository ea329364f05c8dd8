import Autograd
import ComputeBackend
import NeuralNet

/// The residual block of ResNet-18 and 34: ReLU(norm2(conv2(ReLU(norm1(conv1(x))))) + shortcut(x)).
final class BasicBlock: Module {
  private let first: ConvolutionNorm
  private let second: ConvolutionNorm
  private let shortcut: Shortcut

  private enum Shortcut {
    case identity
    case projection(ConvolutionNorm)
    /// Every second pixel, channels padded with zeros on both sides: a constant 1×1 convolution.
    case padded(weight: Tensor, stride: Int)
  }

  /// - Parameter shortcutName: of the projection's layers; `nil` for a shortcut without weights.
  init(
    _ path: String, inputs: Int, outputs: Int, stride: Int, shortcutName: String?,
    from weights: any WeightSource
  ) throws {
    first = try ConvolutionNorm(
      convolution: "\(path).conv1", norm: "\(path).bn1", inputs: inputs, outputs: outputs,
      kernel: 3, stride: stride, from: weights)
    second = try ConvolutionNorm(
      convolution: "\(path).conv2", norm: "\(path).bn2", inputs: outputs, outputs: outputs,
      kernel: 3, from: weights)
    if inputs == outputs && stride == 1 {
      shortcut = .identity
    } else if let shortcutName {
      shortcut = .projection(
        try ConvolutionNorm(
          convolution: "\(path).\(shortcutName).0", norm: "\(path).\(shortcutName).1",
          inputs: inputs, outputs: outputs, kernel: 1, stride: stride, from: weights))
    } else {
      shortcut = .padded(
        weight: Self.selection(inputs: inputs, outputs: outputs, on: first.backend),
        stride: stride)
    }
  }

  /// `[outputs, 1, 1, inputs]` with ones where output o = input + (outputs − inputs)/2.
  private static func selection(
    inputs: Int, outputs: Int, on backend: any ComputeBackend
  ) -> Tensor {
    var values = [Float](repeating: 0, count: outputs * inputs)
    for channel in 0..<inputs {
      values[(channel + (outputs - inputs) / 2) * inputs + channel] = 1
    }
    return Tensor(values, shape: [outputs, 1, 1, inputs], on: backend)
  }

  func collectParameters(into list: inout ParameterList) {
    first.collectParameters(into: &list)
    second.collectParameters(into: &list)
    if case .projection(let projection) = shortcut { projection.collectParameters(into: &list) }
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    let residual =
      switch shortcut {
      case .identity: x
      case .projection(let projection): projection(x)
      case .padded(let weight, let stride):
        convolve(x, weight: weight, stride: stride, padding: .symmetric(0))
      }
    return second(first(x, activation: .relu), residual: residual, activation: .relu)
  }
}
