/// What a user may have to say about a dataset that its layout leaves open.
public struct DatasetOptions: Sendable {
  /// The side of the square in which networks see images, in pixels, see `Framing`; nil for their
  /// own size, which must be the same for all then.
  public var size: Int?
  /// Without `size`, the side of such a square for images that are larger or of several sizes.
  public var sizeLimit: Int?
  /// Refuse a dataset with records that cannot be used, instead of setting them aside.
  public var isStrict = false
  /// Samples at most, of each class about the same share: for a trial; nil for all.
  public var limit: Int?
  /// How large images may be.
  public var limits = ImageLimits()
  /// The column with images, of a table with several.
  public var imageColumn: String?
  /// The column with labels, of a table with several.
  public var labelColumn: String?
  /// The dataset that a record of an attack changed, of which it stores the changed samples only.
  public var cleanDataset: String?
  /// The label that such an attack gave.
  public var attackTarget: Int32?

  public init(
    imageColumn: String? = nil, labelColumn: String? = nil, cleanDataset: String? = nil,
    attackTarget: Int32? = nil
  ) {
    self.imageColumn = imageColumn
    self.labelColumn = labelColumn
    self.cleanDataset = cleanDataset
    self.attackTarget = attackTarget
  }
}
