import Datasets

/// What a store knows of itself: `store.json`.
public struct StoreIndex: Codable, Equatable, Sendable {
  /// Of the files; a store of another version is not read.
  public var version = Self.currentVersion
  public var shape: ImageShape
  public var classNames: [String]
  /// The number of the batch that comes next; numbers are not used twice.
  public var nextBatch = 1
  public var batches: [Batch] = []

  public static let currentVersion = 1

  /// A dataset that was added.
  public struct Batch: Codable, Equatable, Sendable {
    public var number: Int
    /// The path that it was read from.
    public var source: String
    public var fingerprint: String
    public var method: String
    /// Samples of the dataset.
    public var samples: Int
    /// Those that the method flagged, if it says which.
    public var flagged: Int
    /// Those whose label or image was changed.
    public var changed: Int
    /// Those that were left out.
    public var leftOut: Int
  }

  init(shape: ImageShape, classNames: [String]) {
    self.shape = shape
    self.classNames = classNames
  }
}
