import Autograd
import ComputeBackend
import NeuralNet

/// Makes layers after the shapes of their tensors.
///
/// The number of inputs is given, so that a file whose layers do not follow on each other is
/// refused by the name of the first tensor that does not fit.
struct LayerFactory {
  let shapes: TensorShapes
  let weights: any WeightSource

  /// The shape of a tensor, which must have so many axes.
  ///
  /// Throws what the source throws of a tensor that is missing or has another shape.
  func shape(_ name: String, axes: Int) throws -> [Int] {
    guard let shape = shapes[name], shape.count == axes else {
      _ = try weights.tensor(name, shape: [Int](repeating: 1, count: axes))
      preconditionFailure("LayerFactory: \(name) is not of \(axes) axes")
    }
    return shape
  }

  /// Outputs and kernel of a convolution, and its groups: more than one where the weight has fewer
  /// inputs than there are.
  private func geometry(
    _ path: String, inputs: Int
  ) throws -> (outputs: Int, kernel: Int, groups: Int) {
    let shape = try shape("\(path).weight", axes: 4)
    let isGrouped =
      shape[1] > 0 && shape[1] < inputs && inputs % shape[1] == 0
      && shape[0] % (inputs / shape[1]) == 0
    return (shape[0], shape[2], isGrouped ? inputs / shape[1] : 1)
  }

  /// A convolution, with a bias if there is one.
  ///
  /// - Parameter padding: On each side; without one, odd kernels keep the size but for the stride.
  func convolution(
    _ path: String, inputs: Int, stride: Int = 1, padding: Int? = nil
  ) throws -> (Conv2D, outputs: Int) {
    let (outputs, kernel, groups) = try geometry(path, inputs: inputs)
    let layer = try Conv2D(
      path, inputs: inputs, outputs: outputs, kernel: kernel, stride: stride,
      padding: .symmetric(padding ?? (kernel % 2 == 1 ? kernel / 2 : 0)), groups: groups,
      bias: shapes["\(path).bias"] != nil, from: weights)
    return (layer, outputs)
  }

  /// A convolution, with a bias if there is one, and its batch normalization.
  func convolutionNorm(
    _ convolution: String, _ norm: String, inputs: Int, stride: Int = 1,
    statistics: NormStatistics = .standard
  ) throws -> (ConvolutionNorm, outputs: Int) {
    let (outputs, kernel, groups) = try geometry(convolution, inputs: inputs)
    let layer = try ConvolutionNorm(
      convolution: convolution, norm: norm, inputs: inputs, outputs: outputs, kernel: kernel,
      stride: stride, groups: groups, bias: shapes["\(convolution).bias"] != nil,
      statistics: statistics, from: weights)
    return (layer, outputs)
  }

  func linear(_ path: String, inputs: Int) throws -> (Linear, outputs: Int) {
    let outputs = try shape("\(path).weight", axes: 2)[0]
    let layer = try Linear(
      path, inputs: inputs, outputs: outputs, bias: shapes["\(path).bias"] != nil, from: weights)
    return (layer, outputs)
  }

  func layerNorm(_ path: String, channels: Int) throws -> LayerNorm {
    try LayerNorm(path, channels: channels, from: weights)
  }

  func batchNorm(_ path: String, channels: Int) throws -> BatchNorm2D {
    try BatchNorm2D(path, channels: channels, from: weights)
  }

  /// A parameter that is no layer's weight or bias.
  func parameter(_ name: String, shape: [Int]) throws -> Parameter {
    try Parameter(name, shape: shape, from: weights, initializer: .constant(0))
  }
}
