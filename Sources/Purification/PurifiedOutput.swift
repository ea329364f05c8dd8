import Datasets
import Foundation
import Runs
import Support

/// Writes a dataset with its revisions, `purified.csv` and a picture of what changed.
///
/// Samples that stay can be copied as soon as they are known, beside what is computed for the
/// others.
final class PurifiedOutput {
  private let dataset: ImageDataset
  private let destination: String
  private let force: Bool
  let writing: WritingOptions
  private let batchSize: Int
  private let worker = SerialWorker()
  private var writer: DatasetWriter?

  /// Samples shown in the picture.
  private static let pictureRows = 24
  /// A change is drawn so many times as large, around gray.
  private static let magnification = 8
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
  /// - Parameter record: is given what became of samples, some at a time.
  /// - Returns: what changed, and a PNG of it if an image or a label did.
  func write(
    _ outcome: PurificationOutcome<some PurificationFindings>,
    record: ([SampleRecord]) throws -> Void
  ) throws -> (changes: PurificationChanges, picture: [UInt8]?) {
    let revisions = outcome.revisions
    let writer = try opened()
    try worker.finish()
    try writer.remove(revisions.dropped)
    let changes = try replaceImages(revisions, writer)
    var labels = 0
    for (sample, label) in revisions.labels where label != dataset.label(sample) {
      labels += 1
      if changes[sample] == nil { try writer.replace(sample, label: Int32(label)) }
    }
    let names = try writer.finishLayout()
    let table = try CSVFile(writer.path + "/purified.csv", columns: outcome.columns)
    var records: [SampleRecord] = []
    for sample in 0..<dataset.count {
      let old = dataset.label(sample)
      let purified = PurifiedSample(
        index: sample, name: dataset.name(of: sample), purifiedName: names[sample],
        oldLabel: old, newLabel: revisions.labels[sample] ?? old,
        change: changes[sample] ?? ImageChange())
      try table.append(outcome.row(purified))
      records.append(SampleRecord(purified))
      outcome.describe(&records[records.count - 1])
      if records.count == Self.recordBatch || sample == dataset.count - 1 {
        try record(records)
        records.removeAll(keepingCapacity: true)
      }
    }
    try table.close()
    let sorted = changes.sorted { $0.key < $1.key }
    return (
      PurificationChanges(
        labels: labels, images: sorted.map(\.value), dropped: revisions.dropped.count),
      try writePicture(revisions, changes)
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
    _ revisions: Revisions, _ writer: DatasetWriter
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
    }
    return changes
  }

  /// `grid.png`: changed samples, from the most changed on, before, their change, and after.
  private func writePicture(
    _ revisions: Revisions, _ changes: [Int: ImageChange]
  ) throws -> [UInt8]? {
    let places = Dictionary(
      uniqueKeysWithValues: revisions.imaged.enumerated().map { ($1, $0) })
    let relabelled = revisions.labels.filter { $0.value != dataset.label($0.key) }.keys
    let changed = Set(changes.keys).union(relabelled).sorted {
      (-(changes[$0]?.mean ?? 0), $0) < (-(changes[$1]?.mean ?? 0), $1)
    }
    guard !changed.isEmpty else { return nil }
    let rows = min(changed.count, Self.pictureRows)
    var grid = ImageGrid(
      columnTitles: ["original", "change x\(Self.magnification)", "purified"],
      scale: max(1, 96 / max(dataset.width, 1)))
    for row in 0..<rows {
      let sample = changed[row * changed.count / rows]
      let before = try dataset.image(sample)
      var after = before
      if changes[sample] != nil, let place = places[sample] {
        after.pixels = try revisions.images.images([place])
      }
      let difference = zip(before.pixels, after.pixels).map {
        UInt8(clamping: 128 + Self.magnification * (Int($1) - Int($0)))
      }
      let (old, new) = (dataset.label(sample), revisions.labels[sample] ?? dataset.label(sample))
      grid.rows.append([
        .init(image: before, caption: dataset.classNames[old]),
        .init(
          image: RasterImage(shape: dataset.shape, pixels: difference),
          caption: "max \(changes[sample]?.greatest ?? 0)"),
        .init(
          image: after, caption: dataset.classNames[new], frame: new == old ? .gray : .green),
      ])
    }
    let path = path + "/grid.png"
    try PNG.write(grid.render(), to: path)
    return try RandomAccessFile.contents(path)
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
