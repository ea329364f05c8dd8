/// Labelled 8-bit images of one shape, read in parts: a dataset, or a changed view of one.
public protocol LabelledImages: Sendable {
  var shape: ImageShape { get }
  var classCount: Int { get }
  /// By sample, in 0 ..< classCount.
  var labels: [Int32] { get }
  /// Images of some samples in the order given, bytes `[N, H, W, C]`; safe from several threads.
  func images(_ samples: [Int]) throws -> [UInt8]
}

extension LabelledImages {
  public var count: Int { labels.count }
}

extension ImageDataset: LabelledImages {}
