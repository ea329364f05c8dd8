import Autograd
import ComputeBackend
import Datasets

/// The dilution of a batch: what the host draws for it, and its application on the device, as a
/// gather of pixels and two products of matrices.
package struct DilutionPlan: Sendable {
  private let shape: ImageShape
  private let count: Int
  /// By pixel of the batch the one that it comes from; their number stands for black.
  private var sources: [Int32] = []
  /// `[N, H, H]` and `[N, W, W]`; empty without a blur.
  private var rowWeights: [Float] = []
  private var columnWeights: [Float] = []

  package init(
    _ dilution: Dilution, samples: [Int], shape: ImageShape, seed: UInt64, sifter: Int
  ) {
    self.init(
      samples.map { dilution.draw(seed: seed, sifter: sifter, sample: $0, shape: shape) },
      shape: shape)
  }

  /// - Parameter draws: by image.
  package init(_ draws: [Dilution.Draw], shape: ImageShape) {
    self.shape = shape
    count = draws.count
    let pixels = shape.height * shape.width
    let black = Int32(count * pixels)
    sources.reserveCapacity(count * pixels)
    for (image, draw) in draws.enumerated() {
      let first = Int32(image * pixels)
      for source in draw.sources(shape) { sources.append(source < 0 ? black : first + source) }
    }
    guard draws.contains(where: { $0.deviation != nil }) else { return }
    for draw in draws {
      rowWeights += draw.blurWeights(size: shape.height)
      columnWeights += draw.blurWeights(size: shape.width)
    }
  }

  /// The changed images; black is 0.
  ///
  /// - Parameter images: `[N, H, W, C]`.
  package func applied(to images: Tensor) -> Tensor {
    precondition(
      images.shape == shape.batchShape(count),
      "DilutionPlan: images \(images.shape), planned \(count) of \(shape)")
    let (height, width, channels) = (shape.height, shape.width, shape.channels)
    let backend = images.backend
    let pixels = concatenateRows([
      images.reshaped([count * height * width, channels]), .zeros([1, channels], on: backend),
    ])
    let moved = pixels.gatheredRows(IndexTensor(sources, shape: [sources.count], on: backend))
    guard !rowWeights.isEmpty else { return moved.reshaped(images.shape) }
    let upright = matrixProduct(
      Tensor(rowWeights, shape: [count, height, height], on: backend),
      moved.reshaped([count, height, width * channels]))
    // [N, W, H·C], so that columns are rows.
    let turned = upright.reshaped(images.shape).permuted([0, 2, 1, 3])
    return matrixProduct(
      Tensor(columnWeights, shape: [count, width, width], on: backend),
      turned.reshaped([count, width, height * channels])
    ).reshaped([count, width, height, channels]).permuted([0, 2, 1, 3])
  }
}
