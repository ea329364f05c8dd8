import Datasets
import Runs

/// Distrusts images far from the mean image of their class (DCM of Meta-Sift).
///
/// The outlier score is the L1 distance of the pixels. It needs no model, and knows nothing of what
/// the images show.
public struct ClassMeanDistanceDetector: Detector {
  public static let id = "dcm"
  public static let unaided: Self? = ClassMeanDistanceDetector()

  /// Samples of each class to trust; nil for all that are not flagged.
  public var perClass: Int?

  public init(perClass: Int? = nil) {
    self.perClass = perClass
  }

  /// The number of samples of each class to trust.
  public init?(arguments: String) {
    guard let perClass = Int(arguments), perClass > 0 else { return nil }
    self.init(perClass: perClass)
  }

  public func scores(_ input: DetectionInput, _ run: Run) throws -> SampleScores {
    let dataset = input.dataset
    try dataset.requireSeveralClasses()
    let count = try run.count("class means", of: dataset.count)
    let distances = try Self.distances(of: dataset) { try count($0) }
    return try SampleScores(
      badness: ClassStandardization.standardized(distances, labels: dataset.labels),
      of: dataset.labels, classNames: dataset.classNames, perClass: perClass,
      columns: [EvidenceColumn("distance", distances)])
  }

  /// The L1 distance of each image to its class's mean, in levels of 1/255.
  ///
  /// - Parameter progress: is told how many images are done, of those read last.
  static func distances(
    of images: any LabelledImages, progress: (_ done: Int) throws -> Void = { _ in }
  ) throws -> [Double] {
    let (labels, size) = (images.labels, images.shape.byteCount)
    var sums = [[Int]](repeating: [Int](repeating: 0, count: size), count: images.classCount)
    var counts = [Int](repeating: 0, count: images.classCount)
    try forEachImage(of: images) { sample, bytes in
      let label = Int(labels[sample])
      counts[label] += 1
      for (place, byte) in bytes.enumerated() { sums[label][place] += Int(byte) }
    }
    let means = zip(sums, counts).map { sums, count in sums.map { Double($0) / Double(count) } }
    var distances: [Double] = []
    try forEachImage(of: images) { sample, bytes in
      let mean = means[Int(labels[sample])]
      distances.append(zip(bytes, mean).reduce(0) { $0 + abs(Double($1.0) - $1.1) })
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
