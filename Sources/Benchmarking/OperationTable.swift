import ComputeBackend

/// The operations that `bench operations` measures: those of google/ddpm-cifar10-32 and
/// PreActResNet-18 at their sizes.
public enum OperationTable {
  /// All of them, for so many images at once.
  public static func all(batch: Int) -> [DeviceOperation] {
    let convolutions = convolutionGeometries(batch: batch).flatMap { geometry in
      ConvolutionOperation.allCases.map { DeviceOperation.convolution(geometry, $0) }
    }
    return convolutions + products(batch: batch) + normalizations(batch: batch)
      + rows(batch: batch) + elementwise(batch: batch) + steps(batch: batch)
  }

  /// Each geometry once, although both networks have some of them.
  private static func convolutionGeometries(batch: Int) -> [Conv2DGeometry] {
    func geometry(
      _ side: Int, _ inputs: Int, _ outputs: Int, kernel: Int = 3, stride: Int = 1,
      padding: Conv2DGeometry.Padding? = nil
    ) -> Conv2DGeometry {
      Conv2DGeometry(
        batch: batch, inputHeight: side, inputWidth: side, inputChannels: inputs,
        outputChannels: outputs, kernelHeight: kernel, kernelWidth: kernel, stride: stride,
        padding: padding ?? .symmetric(kernel / 2))
    }
    // The published denoiser pads below and on the right where it halves an image.
    let halving = Conv2DGeometry.Padding(top: 0, bottom: 1, left: 0, right: 1)
    let denoiser = [
      geometry(32, 3, 128), geometry(32, 128, 128), geometry(32, 256, 128), geometry(32, 256, 256),
      geometry(32, 128, 3), geometry(16, 128, 256), geometry(16, 256, 256), geometry(16, 512, 256),
      geometry(8, 256, 256), geometry(8, 512, 256), geometry(4, 256, 256), geometry(4, 512, 256),
      geometry(32, 128, 128, stride: 2, padding: halving),
      geometry(16, 256, 256, stride: 2, padding: halving),
      geometry(32, 256, 128, kernel: 1), geometry(16, 512, 256, kernel: 1),
    ]
    let classifier = [
      geometry(32, 3, 64), geometry(32, 64, 64), geometry(32, 64, 128, stride: 2),
      geometry(16, 128, 128), geometry(16, 128, 256, stride: 2), geometry(8, 256, 512, stride: 2),
      geometry(4, 512, 512), geometry(32, 64, 128, kernel: 1, stride: 2),
    ]
    return denoiser + classifier
  }

  private static func products(batch: Int) -> [DeviceOperation] {
    let products = [
      MatrixProductShape(m: 1024, n: 1024, k: 1024),
      MatrixProductShape(m: 1024, n: 1024, k: 1024, transposeA: true),
      MatrixProductShape(m: 256 * batch, n: 256, k: 256, transposeB: true),
      MatrixProductShape(m: batch, n: 512, k: 512, transposeB: true),
    ]
    let attentions = [(256, 1, 256), (256, 4, 64), (16, 1, 256)].map { tokens, heads, size in
      AttentionShape(
        batch: batch, queries: tokens, keys: tokens, heads: heads, headSize: size,
        scale: 1 / Float(size).squareRoot())
    }
    return products.map { .matrixProduct($0) }
      + attentions.flatMap { [.attention($0), .attentionGradient($0)] }
  }

  private static func normalizations(batch: Int) -> [DeviceOperation] {
    func shape(_ side: Int, _ channels: Int) -> GroupNormShape {
      GroupNormShape(batch: batch, spatial: side * side, channels: channels, groups: 32)
    }
    let withSiLU = [shape(32, 128), shape(32, 256), shape(16, 256), shape(8, 256), shape(4, 512)]
    return withSiLU.flatMap {
      [
        DeviceOperation.groupNorm($0, activation: .silu),
        .groupNormGradient($0, activation: .silu),
      ]
    } + [
      .groupNorm(shape(16, 256), activation: .identity),
      .groupNormGradient(shape(16, 256), activation: .identity),
    ]
  }

  private static func rows(batch: Int) -> [DeviceOperation] {
    let image = BlockShape(outer: batch, middle: 32 * 32, inner: 128)
    return [
      .softmax(rows: 256 * batch, columns: 256), .softmaxGradient(rows: 256 * batch, columns: 256),
      .sum(image, keeping: .inner), .sum(image, keeping: .outer),
      .sumOfSquares(image, keeping: []),
    ]
  }

  private static func elementwise(batch: Int) -> [DeviceOperation] {
    let image = BlockShape(outer: batch, middle: 32 * 32, inner: 128)
    return [
      .silu(image.count), .siluGradient(image.count), .sum(image.count),
      .addSampleBias(image), .affineSum(image.count),
    ]
  }

  private static func steps(batch: Int) -> [DeviceOperation] {
    // The weights of PreActResNet-18.
    let weights = 11_171_146
    return [
      .diffusionStep(rows: batch, pixels: 32 * 32, channels: 3, draws: true),
      .diffusionStep(rows: batch, pixels: 32 * 32, channels: 3, draws: false),
      .sgdStep(weights), .adamStep(weights),
    ]
  }
}
