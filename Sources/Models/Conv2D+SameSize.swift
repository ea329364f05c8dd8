import ComputeBackend
import NeuralNet

extension Conv2D {
  /// A convolution with bias that keeps height and width; the kernel's side is odd.
  convenience init(
    _ path: String, inputs: Int, outputs: Int, kernel: Int, from source: any WeightSource
  ) throws {
    try self.init(
      path, inputs: inputs, outputs: outputs, kernel: kernel, padding: .symmetric(kernel / 2),
      from: source)
  }
}
