import Autograd

extension Augmentation {
  /// The changed images `[N, H, W, C]`, differentiable; black is 0.
  ///
  /// Changes an image as training does at the same seed, epoch and sample number.
  public func apply(
    to images: Tensor, samples: [Int], seed: UInt64, epoch: Int
  ) -> Tensor {
    precondition(
      images.shape.count == 4 && images.shape[0] == samples.count,
      "Augmentation: \(samples.count) samples for images \(images.shape)")
    guard self != .none else { return images }
    let (height, width, channels) = (images.shape[1], images.shape[2], images.shape[3])
    let black = samples.count * height * width
    var sources: [Int32] = []
    sources.reserveCapacity(black)
    for (position, sample) in samples.enumerated() {
      let draw = draw(seed: seed, epoch: epoch, sample: sample)
      for row in 0..<height {
        for column in 0..<width {
          let source = draw.source(row: row, column: column, height: height, width: width)
          sources.append(Int32(source.map { position * height * width + $0 } ?? black))
        }
      }
    }
    let pixels = concatenateRows([
      images.reshaped([black, channels]), .zeros([1, channels], on: images.backend),
    ])
    return pixels.gatheredRows(IndexTensor(sources, shape: [black], on: images.backend))
      .reshaped(images.shape)
  }
}
