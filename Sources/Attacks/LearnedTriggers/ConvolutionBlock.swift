import Autograd
import NeuralNet

/// ReLU(norm(x ⋆ w)) with a 3×3 convolution that keeps height and width.
final class ConvolutionBlock: Module {
  private let convolution: Conv2D
  private let norm: BatchNorm2D

  init(_ path: String, inputs: Int, outputs: Int, from weights: any WeightSource) throws {
    convolution = try Conv2D(
      "\(path).convolution", inputs: inputs, outputs: outputs, kernel: 3, padding: .symmetric(1),
      bias: false, from: weights, initializer: .kaimingNormalFanOut)
    norm = try BatchNorm2D("\(path).norm", channels: outputs, from: weights)
  }

  func collectParameters(into list: inout ParameterList) {
    convolution.collectParameters(into: &list)
    norm.collectParameters(into: &list)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { norm(convolution(x), activation: .relu) }
}
