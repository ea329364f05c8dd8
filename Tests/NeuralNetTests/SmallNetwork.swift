import Autograd
import ComputeBackend
import NeuralNet

/// A convolution, normalisation and classifier of six images `[6, 5, 5, 2]`.
final class SmallNetwork: Module {
  let convolution: Conv2D
  let normalization: BatchNorm2D
  let classifier: Linear

  init(from source: any WeightSource) throws {
    convolution = try Conv2D(
      "conv", inputs: 2, outputs: 3, kernel: 3, stride: 2, padding: .symmetric(1), bias: false,
      from: source, initializer: .kaimingNormalFanOut)
    normalization = try BatchNorm2D("bn", channels: 3, from: source)
    classifier = try Linear("fc", inputs: 3, outputs: 4, from: source)
  }

  func callAsFunction(_ x: Tensor) -> Tensor {
    classifier(globalAveragePool(normalization(convolution(x), activation: .relu)))
  }

  func collectParameters(into list: inout ParameterList) {
    convolution.collectParameters(into: &list)
    normalization.collectParameters(into: &list)
    classifier.collectParameters(into: &list)
  }

  /// The mean cross entropy of fixed random images.
  func loss() -> Tensor {
    let values = Philox.row(
      NoiseKey(seed: 3, step: 0, purpose: 0), stream: 0, count: 300, normal: true)
    let labels = IndexTensor([0, 1, 2, 3, 0, 1], shape: [6], on: backend)
    let images = Tensor(values, shape: [6, 5, 5, 2], on: backend)
    return softmaxCrossEntropy(self(images), labels: labels).mean()
  }

  /// All weights and buffers.
  func exported() throws -> [Float] { try parameters.parameters.flatMap { try $0.exported() } }
}
