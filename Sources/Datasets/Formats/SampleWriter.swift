/// Writes a changed copy of a dataset in its own layout; records that stay keep their bytes.
protocol SampleWriter: AnyObject {
  /// Notes a new image `[H, W, C]` and label of a sample; `nil` keeps what there was.
  func replace(_ index: Int, image: [UInt8]?, label: Int32?) throws
  /// Copies a sample that stays as it is, if that is not done for all at once.
  func copy(_ index: Int) throws
  /// Completes the layout without some samples; returns each sample's name in it, by index in the
  /// source, or an empty one for those removed.
  func finish(removing removed: Set<Int>) throws -> [String]
}

extension SampleWriter {
  /// Layouts of few files copy these when they are made.
  func copy(_ index: Int) {}
}
