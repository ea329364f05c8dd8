/// What a user may have to say about a dataset that its layout leaves open.
public struct DatasetOptions: Sendable {
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
