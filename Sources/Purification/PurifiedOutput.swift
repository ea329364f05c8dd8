import Datasets
import Runs
import Support

/// Writes a dataset with its revisions, `purified.csv` and pictures of what changed.
///
/// Samples that stay can be copied as soon as they are known, beside what is computed for the
/// others.
final class PurifiedOutput {
  let dataset: ImageDataset
  private let destination: String
  private let force: Bool
  let writing: WritingOptions
  private let batchSize: Int
  private let worker = SerialWorker()
  private var writer: DatasetWriter?

  /// Samples that are recorded at once.
  private static let recordBatch = 1024

  init(
    _ dataset: ImageDataset, to destination: String, force: Bool, writing: WritingOptions,
    batchSize: Int
  ) {
    self.dataset = dataset
    self.destination = destination
    self.force = force
    self.writing = writing
    self.batchSize = batchSize
  }

  // What is under way uses the writer.
  deinit { try? worker.finish() }

  /// The folder as long as it is not committed.
  var path: String { writer?.path ?? destination }

  func startCopying(allBut revised: [Int]) throws {
    let writer = try opened()
    let revised = Set(revised)
    worker.start { [count = dataset.count] in
      try writer.copy((0..<count).lazy.filter { !revised.contains($0) })
    }
  }

  /// Writes the revisions and the table.
  ///
  /// - Parameters:
  ///   - count: of the images that are replaced.
  ///   - record: is given what became of samples, some at a time.
  /// - Returns: what changed, and what the pictures show.
  func write(
    _ outcome: PurificationOutcome<some PurificationFindings>, count: PhaseCounter,
    record: ([SampleRecord]) throws -> Void
  ) throws -> (changes: PurificationChanges, gallery: SampleGallery?) {
    let revisions = outcome.revisions
    let writer = try opened()
    try worker.finish()
    try writer.remove(revisions.dropped)
    let changes = try replaceImages(revisions, writer, count)
    var labels = 0
    for (sample, label) in revisions.labels where label != dataset.label(sample) {
      labels += 1
      if changes[sample] == nil { try writer.replace(sample, label: Int32(label)) }
    }
    let names = try writer.finishLayout()
    let file = try CSVFile(writer.path + "/purified.csv", columns: outcome.columns)
    let columns = PurifiedColumns(outcome.columns)
    var summary = PurifiedSummary(
      classNames: dataset.classNames, mostDoubtful: Self.shownDoubts + Self.shownChanges)
    var records: [SampleRecord] = []
    for sample in 0..<dataset.count {
      let old = dataset.label(sample)
      let purified = PurifiedSample(
        index: sample, name: dataset.name(of: sample), purifiedName: names[sample],
        oldLabel: old, newLabel: revisions.labels[sample] ?? old,
        change: changes[sample] ?? ImageChange())
      let row = outcome.row(purified)
      try file.append(row)
      if let row = PurifiedRow(row, columns, classes: dataset.classCount) { summary.add(row) }
      records.append(SampleRecord(purified))
      outcome.describe(&records[records.count - 1])
      if records.count == Self.recordBatch || sample == dataset.count - 1 {
        try record(records)
        records.removeAll(keepingCapacity: true)
      }
    }
    try file.close()
    let sorted = changes.sorted { $0.key < $1.key }
    return (
      PurificationChanges(
        labels: labels, images: sorted.map(\.value), dropped: revisions.dropped.count),
      try writePictures(
        revisions, changes, doubtful: summary.doubtful, candidates: outcome.candidates)
    )
  }

  /// - Parameter token: the run's.
  func commit(token: String) throws { try opened().commit(token: token) }

  private func opened() throws -> DatasetWriter {
    if let writer { return writer }
    let opened = try DatasetWriter(
      copying: dataset, to: destination, force: force, options: writing)
    writer = opened
    return opened
  }

  /// Replaces images that differ, with their labels; returns how much each changed, by sample.
  private func replaceImages(
    _ revisions: Revisions, _ writer: DatasetWriter, _ count: PhaseCounter
  ) throws -> [Int: ImageChange] {
    var changes: [Int: ImageChange] = [:]
    let size = dataset.shape.byteCount
    for start in stride(from: 0, to: revisions.imaged.count, by: batchSize) {
      let places = Array(start..<min(start + batchSize, revisions.imaged.count))
      let before = try dataset.images(places.map { revisions.imaged[$0] })
      let after = try revisions.images.images(places)
      for (row, place) in places.enumerated() {
        let bytes = row * size..<(row + 1) * size
        let change = ImageChange(
          before[bytes], after[bytes], channels: dataset.channels)
        guard change.greatest > 0 else { continue }
        let sample = revisions.imaged[place]
        try writer.replace(
          sample, image: Array(after[bytes]), label: revisions.labels[sample].map { Int32($0) })
        changes[sample] = change
      }
      try count(places.last.map { $0 + 1 } ?? 0)
    }
    return changes
  }
}

extension SampleRecord {
  init(_ sample: PurifiedSample) {
    self.init(
      sample: sample.index, name: sample.name, oldLabel: sample.oldLabel,
      newLabel: sample.newLabel,
      purifiedName: sample.purifiedName.isEmpty ? nil : sample.purifiedName)
    pixelsChanged = sample.change.pixels
    greatestChange = sample.change.greatest
    meanChange = sample.change.mean
  }
}
