import Autograd
import NeuralNet

/// A convolutional network from images `[N, H, W, inputs]` to `[N, H, W, outputs]`: three halvings
/// of the side, and three doublings.
///
/// Sides that are no multiple of 8 are padded to one by repeating the last row and column, and cut
/// again.
final class Hourglass: Module {
  private static let steps = 3

  private let down: [ConvolutionBlock]
  private let middle: ConvolutionBlock
  private let up: [ConvolutionBlock]
  private let last: Conv2D
  private let hasShortcuts: Bool

  /// - Parameters:
  ///   - width: channels after the first convolution; each halving doubles them.
  ///   - hasShortcuts: whether the way up also sees what the way down saw at the same size.
  init(
    _ path: String, inputs: Int, outputs: Int, width: Int, hasShortcuts: Bool = false,
    from weights: any WeightSource
  ) throws {
    self.hasShortcuts = hasShortcuts
    let widths = (0..<Self.steps).map { width << $0 }
    down = try widths.indices.map { step in
      try ConvolutionBlock(
        "\(path).down.\(step)", inputs: step == 0 ? inputs : widths[step - 1],
        outputs: widths[step], from: weights)
    }
    let deepest = width << (Self.steps - 1)
    middle = try ConvolutionBlock(
      "\(path).middle", inputs: deepest, outputs: deepest, from: weights)
    up = try widths.indices.reversed().map { step in
      try ConvolutionBlock(
        "\(path).up.\(step)", inputs: widths[step] * (hasShortcuts ? 2 : 1),
        outputs: widths[max(step - 1, 0)], from: weights)
    }
    last = try Conv2D(
      "\(path).last", inputs: width, outputs: outputs, kernel: 3, padding: .symmetric(1),
      from: weights)
  }

  func collectParameters(into list: inout ParameterList) {
    for block in down + [middle] + up { block.collectParameters(into: &list) }
    last.collectParameters(into: &list)
  }

  func callAsFunction(_ images: Tensor) -> Tensor {
    let (height, width) = (images.shape[1], images.shape[2])
    var x = images.paddedToMultiple(of: 1 << Self.steps)
    var seen: [Tensor] = []
    for block in down {
      x = block(x)
      seen.append(x)
      x = averagePool(x, factor: 2)
    }
    x = middle(x)
    for (block, shortcut) in zip(up, seen.reversed()) {
      x = upsampleNearest(x, factor: 2)
      x = block(hasShortcuts ? concatenate([x, shortcut]) : x)
    }
    return last(x).window(height: height, width: width)
  }
}
