import Datasets
import Purification
import RunStores
import Runs
import Support

/// A purified dataset as a person decided: accepted and undecided samples are those of the run,
/// byte for byte; rejected ones are left out; relabeled ones have their original image again, and
/// the label that was given.
public struct FinalDataset {
  /// Samples by what was decided.
  public struct Counts: Equatable, Sendable {
    public var accepted = 0
    public var rejected = 0
    public var relabeled = 0

    package init() {}
  }

  private let folder: String
  private let original: ImageDataset
  private let purified: ImageDataset

  /// - Parameters:
  ///   - folder: an output of `purify`, whose store has the decisions.
  ///   - original: the dataset that was purified.
  ///   - purified: the one in the folder.
  public init(folder: String, original: ImageDataset, purified: ImageDataset) {
    self.folder = folder
    self.original = original
    self.purified = purified
  }

  /// Writes the dataset, with `decisions.csv`, which names each sample that was decided about.
  ///
  /// - Throws: `ReviewError`, `RunStoreError`, `FileError`.
  public func write(to output: String, force: Bool = false) throws -> Counts {
    _ = try ReviewedReport(folder: folder, original: original)
    let store = try RunStore(of: folder, .reading)
    defer { try? store.close() }
    let places = purified.placesByName()
    let decisions = try store.standingDecisions().sorted { $0.key < $1.key }
    let writer = try DatasetWriter(copying: purified, to: output, force: force)
    var counts = Counts()
    var removed: [Int] = []
    for (sample, decision) in decisions {
      let record = try store.sample(sample)
      switch decision {
      case .accept: counts.accepted += 1
      case .reject:
        counts.rejected += 1
        if let record, record.purifiedName != nil { removed.append(try place(record, places)) }
      case .relabel(let label):
        counts.relabeled += 1
        guard let record else { throw ReviewError.noSample(sample) }
        try relabel(record, label, at: try place(record, places), writer)
      }
    }
    try writer.remove(removed)
    try writer.finishLayout()
    try writeTable(decisions, store, to: writer.path)
    try writer.commit()
    return counts
  }

  private func place(_ record: SampleRecord, _ places: [String: Int]) throws -> Int {
    guard let name = record.purifiedName else { throw ReviewError.leftOut(sample: record.name) }
    guard let place = places[name] else {
      throw ReviewError.otherOutput(path: folder, sample: name)
    }
    return place
  }

  private func relabel(
    _ record: SampleRecord, _ label: Int, at place: Int, _ writer: DatasetWriter
  ) throws {
    let image = try original.images([record.sample])
    let isChanged = try purified.images([place]) != image
    guard isChanged || Int(purified.labels[place]) != label else { return }
    try writer.replace(place, image: isChanged ? image : nil, label: Int32(label))
  }

  private func writeTable(
    _ decisions: [(key: Int, value: Decision)], _ store: RunStore, to folder: String
  ) throws {
    let table = try CSVFile(
      folder + "/decisions.csv", columns: ["sample", "decision", "label"])
    for (sample, decision) in decisions {
      try table.append([
        try store.sample(sample)?.name ?? "", decision.kind,
        decision.label.map(String.init) ?? "",
      ])
    }
    try table.close()
  }
}
