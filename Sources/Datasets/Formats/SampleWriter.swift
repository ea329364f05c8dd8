/// Writes a changed copy of a dataset in its own layout; records that stay keep their bytes.
protocol SampleWriter: AnyObject {
  /// Notes a new image, of the size and channels of the old one, and a new label of a record;
  /// `nil` keeps what there was.
  func replace(_ record: Int, image: RasterImage?, label: Int32?) throws
  /// Copies a record that stays as it is, if that is not done for all at once.
  func copy(_ record: Int) throws
  /// Completes the layout without some records; returns each one's name in it, by number in the
  /// source, or an empty one for those removed.
  func finish(removing removed: Set<Int>) throws -> [String]
}

extension SampleWriter {
  /// Layouts of few files copy these when they are made.
  func copy(_ record: Int) {}
}

/// How changed images are written.
public struct WritingOptions: Sendable {
  /// Write them as PNG files, whatever they were.
  public var changesAsPNG: Bool
  /// Gray images stay gray, whatever colors a change has: it cannot be told by that which ones
  /// changed.
  public var keepsGray: Bool

  public init(changesAsPNG: Bool = false, keepsGray: Bool = true) {
    self.changesAsPNG = changesAsPNG
    self.keepsGray = keepsGray
  }
}
