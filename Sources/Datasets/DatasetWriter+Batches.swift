extension DatasetWriter {
  /// Gives samples new images, made in batches so that memory stays small, and new labels.
  ///
  /// - Parameters:
  ///   - label: `nil` to keep all labels.
  ///   - images: makes the images of some of the samples, bytes `[N, H, W, C]`.
  public func replace(
    _ samples: [Int], batchSize: Int = 64, label: ((_ sample: Int) -> Int32)? = nil,
    images: (_ batch: [Int]) throws -> [UInt8]
  ) throws {
    for start in stride(from: 0, to: samples.count, by: batchSize) {
      let batch = Array(samples[start..<min(start + batchSize, samples.count)])
      let bytes = try images(batch)
      let size = bytes.count / batch.count
      for (position, sample) in batch.enumerated() {
        try replace(
          sample, image: Array(bytes[position * size..<(position + 1) * size]),
          label: label?(sample))
      }
    }
  }
}
