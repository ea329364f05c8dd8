import Autograd
import ComputeBackend
import NeuralNet

/// Writes secret bits into images as a residual, as StegaStamp's encoder (Tancik et al., 2020): a
/// dense layer draws the bits as a small picture, which the hourglass sees beside the image.
final class SecretEncoder: TriggerNetwork {
  /// A pixel of the bits' picture is so many pixels of the image wide.
  private static let scale = 4

  /// Of all triggers, in 0 and 1; part of the network's file.
  private let secret: Parameter
  private let picture: Linear
  private let residual: Hourglass
  private let side: (height: Int, width: Int)
  private let channels: Int

  /// - Parameters:
  ///   - bits: their number.
  ///   - width: channels of the first layer.
  init(
    height: Int, width: Int, channels: Int, bits: Int, layerWidth: Int,
    from weights: any WeightSource
  ) throws {
    func cells(_ side: Int) -> Int { (side + Self.scale - 1) / Self.scale }
    side = (cells(height), cells(width))
    self.channels = channels
    secret = try Parameter(
      "secret", shape: [bits], from: weights, initializer: .constant(0), isBuffer: true)
    picture = try Linear(
      "picture", inputs: bits, outputs: side.height * side.width * channels, from: weights)
    residual = try Hourglass(
      "residual", inputs: 2 * channels, outputs: channels, width: layerWidth, hasShortcuts: true,
      from: weights)
  }

  func collectParameters(into list: inout ParameterList) {
    list.append(secret)
    picture.collectParameters(into: &list)
    residual.collectParameters(into: &list)
  }

  /// Lets all triggers carry these bits.
  func setSecret(_ bits: [Float]) {
    secret.assign(Tensor(bits, shape: [bits.count], on: backend))
  }

  func triggered(_ images: Tensor) -> Tensor {
    let bits = secret.value.expanded(
      shape: BlockShape(outer: images.shape[0], inner: secret.value.count), axes: .inner,
      resultShape: [images.shape[0], secret.value.count])
    return encoded(images, bits: bits).clamped(0, 1)
  }

  /// Images `[N, H, W, C]` in [0, 1] with bits `[N, bits]`; what leaves [0, 1] is not cut.
  func encoded(_ images: Tensor, bits: Tensor) -> Tensor {
    let small = picture(bits - 0.5, activation: .relu)
      .reshaped([images.shape[0], side.height, side.width, channels])
    let drawn = upsampleNearest(small, factor: Self.scale)
      .window(height: images.shape[1], width: images.shape[2])
    return images + residual(concatenate([images - 0.5, drawn]))
  }
}
