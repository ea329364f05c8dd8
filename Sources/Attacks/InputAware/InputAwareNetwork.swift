import Autograd
import ComputeBackend
import NeuralNet

/// The generator g and the mask network m of the input-aware attack; each image gets the pattern
/// and the mask that they make of an image.
///
///     p = tanh(g(x)) / (2 + 10⁻⁷) + 0.5
///     m = tanh(20u − 10) / (2 + 10⁻⁷) + 0.5,   u = tanh(mask(x)) / (2 + 10⁻⁷) + 0.5
package final class InputAwareNetwork: TriggerNetwork {
  let generator: Hourglass
  let masker: Hourglass

  /// - Parameter channels: of the images.
  package init(channels: Int, width: Int, from weights: any WeightSource) throws {
    generator = try Hourglass(
      "generator", inputs: channels, outputs: channels, width: width, from: weights)
    masker = try Hourglass("mask", inputs: channels, outputs: 1, width: width, from: weights)
  }

  package func collectParameters(into list: inout ParameterList) {
    generator.collectParameters(into: &list)
    masker.collectParameters(into: &list)
  }

  /// p of images `[N, H, W, C]`, of the same shape.
  package func patterns(_ images: Tensor) -> Tensor { generator(images).unitTanh() }

  /// m of images, `[N, H, W, 1]`.
  package func masks(_ images: Tensor) -> Tensor {
    masker(images).unitTanh().affine(scale: 20, offset: -10).unitTanh()
  }

  package func triggered(_ images: Tensor) -> Tensor {
    Self.stamped(images, patterns: patterns(images), masks: masks(images))
  }

  /// x + (p − x)·m.
  package static func stamped(_ images: Tensor, patterns: Tensor, masks: Tensor) -> Tensor {
    let pixels = BlockShape(outer: masks.count, inner: images.count / masks.count)
    return images + (patterns - images).combined(.multiply, masks, shape: pixels, axes: .outer)
  }
}

extension Tensor {
  /// tanh(x) / (2 + 10⁻⁷) + 0.5.
  fileprivate func unitTanh() -> Tensor { tanh().affine(scale: 1 / (2 + 1e-7), offset: 0.5) }
}
