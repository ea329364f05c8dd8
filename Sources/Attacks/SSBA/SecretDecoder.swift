import Autograd
import NeuralNet

/// Reads secret bits from images: blocks of convolutions that halve the side three times, and a
/// dense layer.
final class SecretDecoder: Module {
  private static let steps = 3

  private let blocks: [ConvolutionBlock]
  private let last: Linear

  init(
    height: Int, width: Int, channels: Int, bits: Int, layerWidth: Int,
    from weights: any WeightSource
  ) throws {
    let widths = [channels] + (0..<Self.steps).map { layerWidth << $0 }
    blocks = try (0..<Self.steps).map { step in
      try ConvolutionBlock(
        "decoder.\(step)", inputs: widths[step], outputs: widths[step + 1], from: weights)
    }
    let factor = 1 << Self.steps
    let cells = ((height + factor - 1) / factor) * ((width + factor - 1) / factor)
    last = try Linear(
      "decoder.last", inputs: cells * widths[Self.steps], outputs: bits, from: weights)
  }

  func collectParameters(into list: inout ParameterList) {
    for block in blocks { block.collectParameters(into: &list) }
    last.collectParameters(into: &list)
  }

  /// Scores `[N, bits]` of images `[N, H, W, C]`; a bit is 1 where its score is above 0.
  func callAsFunction(_ images: Tensor) -> Tensor {
    var x = (images - 0.5).paddedToMultiple(of: 1 << Self.steps)
    for block in blocks { x = averagePool(block(x), factor: 2) }
    return last(x.reshaped([x.shape[0], x.count / x.shape[0]]))
  }
}
