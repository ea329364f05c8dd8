import Datasets

/// Some samples of other images, in an order of their own, perhaps with other labels.
public struct ImageSelection: LabelledImages {
  public let base: any LabelledImages
  /// Numbers of the samples in `base`.
  public let indices: [Int]
  public let labels: [Int32]

  /// - Parameter labels: by position in `indices`; `nil` for those of `base`.
  public init(_ base: any LabelledImages, indices: [Int], labels: [Int32]? = nil) {
    let all = base.labels
    self.base = base
    self.indices = indices
    self.labels = labels ?? indices.map { all[$0] }
    precondition(
      self.labels.count == indices.count,
      "ImageSelection: \(self.labels.count) labels for \(indices.count) samples")
  }

  public var shape: ImageShape { base.shape }
  public var classCount: Int { base.classCount }

  public func images(_ indices: [Int]) throws -> [UInt8] {
    try base.images(indices.map { self.indices[$0] })
  }
}
