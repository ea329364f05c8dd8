/// What a dataset's samples become; those that are not named stay as they are, byte for byte.
public struct Revisions {
  /// New labels.
  public var labels: [Int: Int] = [:]
  /// Samples with new images, rising; an image may turn out to be the same.
  public var imaged: [Int]
  /// The new images, by place in `imaged`.
  public var images: any ChangedImages
  /// Samples to leave out.
  public var dropped: [Int]

  public init(
    labels: [Int: Int] = [:], imaged: [Int] = [], images: any ChangedImages = NoImages(),
    dropped: [Int] = []
  ) {
    self.labels = labels
    self.imaged = imaged
    self.images = images
    self.dropped = dropped
  }
}

/// Changed versions of some images, read in parts.
public protocol ChangedImages {
  /// Bytes `[N, H, W, C]` of some of them.
  func images(_ places: [Int]) throws -> [UInt8]
}

/// Where no image changes.
public struct NoImages: ChangedImages {
  public init() {}
  public func images(_ places: [Int]) -> [UInt8] {
    precondition(places.isEmpty, "NoImages: \(places.count) images asked for")
    return []
  }
}
