import Datasets

/// Labelled 8-bit images of one shape, read in parts.
public protocol LabelledImages: Sendable {
  var shape: ImageShape { get }
  var classCount: Int { get }
  /// By sample.
  var labels: [Int32] { get }
  /// The images of some samples in the order given, bytes `[N, H, W, C]`.
  func images(_ samples: [Int]) throws -> [UInt8]
}

extension LabelledImages {
  public var count: Int { labels.count }
  func label(_ sample: Int) -> Int { Int(labels[sample]) }
}

extension ImageDataset: LabelledImages {}
