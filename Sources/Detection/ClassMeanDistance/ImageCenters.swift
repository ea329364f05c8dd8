import Datasets

/// Typical images of classes, and how far images are from them; pixels are levels of 1/255.
enum ImageCenters {
  /// The mean image `[H, W, C]` of each label, zeros for one without samples, and the number of
  /// samples.
  static func means(of images: any LabelledImages) throws -> (images: [[Double]], counts: [Int]) {
    let (labels, size) = (images.labels, images.shape.byteCount)
    var sums = [[Int]](repeating: [Int](repeating: 0, count: size), count: images.classCount)
    var counts = [Int](repeating: 0, count: images.classCount)
    try forEachImage(of: images) { sample, bytes in
      let label = Int(labels[sample])
      counts[label] += 1
      for (place, byte) in bytes.enumerated() { sums[label][place] += Int(byte) }
    }
    let means = zip(sums, counts).map { sums, count in
      sums.map { Double($0) / Double(max(count, 1)) }
    }
    return (means, counts)
  }

  /// The L1 distance of each image to its label's center.
  ///
  /// - Parameters:
  ///   - centers: `[H, W, C]` by label.
  ///   - progress: is told how many images are done.
  static func distances(
    of images: any LabelledImages, to centers: [[Double]],
    progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [Double] {
    let labels = images.labels
    var distances: [Double] = []
    try forEachImage(of: images) { sample, bytes in
      distances.append(
        zip(bytes, centers[Int(labels[sample])]).reduce(0) { $0 + abs(Double($1.0) - $1.1) })
      if distances.count % blockSize == 0 || distances.count == labels.count {
        try progress(distances.count)
      }
    }
    return distances
  }

  private static let blockSize = 512

  private static func forEachImage(
    of images: any LabelledImages,
    _ body: (_ sample: Int, _ bytes: ArraySlice<UInt8>) throws -> Void
  ) throws {
    let size = images.shape.byteCount
    for start in stride(from: 0, to: images.count, by: blockSize) {
      let samples = Array(start..<min(start + blockSize, images.count))
      let bytes = try images.images(samples)
      for (place, sample) in samples.enumerated() {
        try body(sample, bytes[place * size..<(place + 1) * size])
      }
    }
  }
}
