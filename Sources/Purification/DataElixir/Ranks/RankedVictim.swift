import Datasets

/// The victim, whose opinions of grafts all ranks share.
struct RankedVictim: LabelModel {
  let base: ClassifierLabels
  let ranks: DataElixirRanks

  /// Units of each rank at a time.
  private static let units = 4

  func labels(_ images: [UInt8], count: Int, except wrong: Int?) throws -> [Int] {
    try base.labels(images, count: count, except: wrong)
  }

  func features(_ images: [UInt8], count: Int) throws -> [Float] {
    try base.features(images, count: count)
  }

  var graftsAtOnce: Int { Graft.unit * Self.units * ranks.team.size }

  /// - Parameter images: the dataset, of which every rank has its own.
  func labels(of grafts: [Graft], in images: any LabelledImages) throws -> [[Int]] {
    try ranks.labels(of: grafts)
  }
}
