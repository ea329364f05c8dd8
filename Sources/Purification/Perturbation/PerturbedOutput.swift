import Datasets
import Foundation
import Models
import Support
import Training

/// Writes a dataset whose untrusted images changed, with its report.
///
/// The folder holds the dataset in the layout of the input, `purified.csv` (a row for each sample),
/// `reference.txt` (the reference samples, if they are the dataset's), `report.json`, `report.html`,
/// `grid.png`, the pictures `rounds.svg` and `features.svg` where there is something to show, and
/// `timings.json`.
struct PerturbedOutput {
  let dataset: ImageDataset
  /// Numbers of the samples that `changed` holds, in its order.
  let untrusted: [Int]
  /// nil to leave the untrusted samples out.
  let changed: (any ChangedImages)?
  let reference: ReferenceSet?
  let extractor: FeatureExtractor?
  let batchSize: Int

  static let columns = ["sample", "role", "label", "greatestChange", "meanChange", "purifiedName"]
  /// Samples shown in the picture.
  private static let pictureRows = 24
  /// A change is drawn so many times as large, around gray.
  private static let magnification = 8

  /// How much an image changed, in 1/255.
  private struct Change {
    var greatest = 0
    var mean = 0.0
  }

  func write(
    to output: String, force: Bool, report: inout PerturbationReport, timings: inout PhaseTimings
  ) throws {
    let writer = try DatasetWriter(copying: dataset, to: output, force: force)
    var changes: [Int: Change] = [:]
    try timings.measure("writing") {
      if let changed {
        changes = try replace(with: changed, writer)
      } else {
        try writer.remove(untrusted)
      }
      try writeTable(changes, to: writer.path, names: try writer.finishLayout())
    }
    report.changes = summary(changes)
    if let reference, !reference.samples.isEmpty {
      try SampleIndexFile.write(
        reference.samples, fingerprint: report.data.fingerprint,
        remarks: ["reference: \(report.reference?.source ?? "")"],
        to: writer.path + "/reference.txt")
    }
    var page = PerturbationPage(report: report)
    page.picture = try changed.flatMap { try writePicture($0, changes, to: writer.path) }
    if !report.rounds.isEmpty {
      page.rounds = RoundChart(rounds: report.rounds).svg()
      try TextFile.write(page.rounds, to: writer.path + "/rounds.svg")
    }
    if let changed, let reference, let extractor {
      page.features = try timings.measure("projection") {
        try FeatureProjection(
          reference: reference.images, untrusted: ImageSelection(dataset, indices: untrusted),
          purified: changed, extractor: extractor
        ).svg()
      }
      try TextFile.write(page.features, to: writer.path + "/features.svg")
    }
    try TextFile.write(try report.json(), to: writer.path + "/report.json")
    try TextFile.write(try timings.json(), to: writer.path + "/timings.json")
    page.timings = timings
    try TextFile.write(page.html(), to: writer.path + "/report.html")
    try writer.commit()
  }

  /// Replaces the untrusted images; returns how much each changed, by sample.
  private func replace(
    with changed: any ChangedImages, _ writer: DatasetWriter
  ) throws -> [Int: Change] {
    var changes: [Int: Change] = [:]
    let size = dataset.shape.byteCount
    for start in stride(from: 0, to: untrusted.count, by: batchSize) {
      let places = Array(start..<min(start + batchSize, untrusted.count))
      let before = try dataset.images(places.map { untrusted[$0] })
      let after = try changed.images(places)
      for (row, place) in places.enumerated() {
        let bytes = row * size..<(row + 1) * size
        var (greatest, total) = (0, 0)
        for index in bytes {
          let difference = abs(Int(after[index]) - Int(before[index]))
          greatest = max(greatest, difference)
          total += difference
        }
        guard greatest > 0 else { continue }
        try writer.replace(untrusted[place], image: Array(after[bytes]))
        changes[untrusted[place]] = Change(
          greatest: greatest, mean: Double(total) / Double(size))
      }
    }
    return changes
  }

  private func summary(_ changes: [Int: Change]) -> PerturbationReport.Changes {
    guard changed != nil else {
      return PerturbationReport.Changes(dropped: untrusted.count)
    }
    let count = Double(max(changes.count, 1))
    // In the order of samples, so that sums repeat.
    let all = changes.sorted { $0.key < $1.key }.map(\.value)
    return PerturbationReport.Changes(
      images: all.count, meanGreatest: all.reduce(0) { $0 + Double($1.greatest) } / count,
      greatest: all.map(\.greatest).max() ?? 0,
      meanAbsolute: all.reduce(0) { $0 + $1.mean } / count)
  }

  private func writeTable(_ changes: [Int: Change], to folder: String, names: [String]) throws {
    let table = try CSVFile(folder + "/purified.csv", columns: Self.columns)
    let isReference = Set(reference?.samples ?? [])
    for sample in 0..<dataset.count {
      let change = changes[sample] ?? Change()
      try table.append([
        dataset.name(of: sample), isReference.contains(sample) ? "reference" : "untrusted",
        String(dataset.label(sample)), String(change.greatest), String(format: "%.4f", change.mean),
        names[sample],
      ])
    }
    try table.close()
  }

  /// `grid.png`: samples from the most to the least changed before, the change, and after.
  private func writePicture(
    _ changed: any ChangedImages, _ changes: [Int: Change], to folder: String
  ) throws -> [UInt8]? {
    let places = untrusted.indices.filter { changes[untrusted[$0]] != nil }.sorted {
      let (first, second) = (changes[untrusted[$0]]?.mean ?? 0, changes[untrusted[$1]]?.mean ?? 0)
      return (-first, $0) < (-second, $1)
    }
    guard !places.isEmpty else { return nil }
    let rows = min(places.count, Self.pictureRows)
    var grid = ImageGrid(
      columnTitles: ["original", "change x\(Self.magnification)", "purified"],
      scale: max(1, 96 / max(dataset.width, 1)))
    for row in 0..<rows {
      let place = places[row * places.count / rows]
      let before = try dataset.image(untrusted[place])
      let after = RasterImage(shape: dataset.shape, pixels: try changed.images([place]))
      let difference = zip(before.pixels, after.pixels).map {
        UInt8(clamping: 128 + Self.magnification * (Int($1) - Int($0)))
      }
      let name = dataset.classNames[dataset.label(untrusted[place])]
      grid.rows.append([
        .init(image: before, caption: name),
        .init(
          image: RasterImage(shape: dataset.shape, pixels: difference),
          caption: "max \(changes[untrusted[place]]?.greatest ?? 0)"),
        .init(image: after, caption: name),
      ])
    }
    let path = folder + "/grid.png"
    try PNG.write(grid.render(), to: path)
    return FileManager.default.contents(atPath: path).map { Array($0) }
  }
}
