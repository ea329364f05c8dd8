import Datasets

extension PurifiedOutput {
  /// Samples shown in `grid.png`, and as changed ones in the gallery.
  static let shownChanges = 24
  /// Doubtful samples in the gallery.
  static let shownDoubts = 11
  /// Of the changed samples, those with their candidates; and a sample's candidates, at most.
  private static let shownStrips = 8
  private static let shownCandidates = 12

  /// Writes `grid.png`, changed samples from the most changed on, and `samples.png`, which has the
  /// doubtful ones, too.
  ///
  /// - Returns: what `samples.png` holds; nil if there is nothing to show.
  func writePictures(
    _ revisions: Revisions, _ changes: [Int: ImageChange],
    doubtful: [PurifiedSummary.Doubtful], candidates: (any CandidateSource)?
  ) throws -> SampleGallery? {
    let images = PicturedImages(dataset: dataset, revisions: revisions, changes: changes)
    let shown = images.changed(most: Self.shownChanges)
    if !shown.isEmpty { try writeGrid(images, shown) }
    let doubtful = doubtful.filter { !images.isChanged($0.sample) }.prefix(Self.shownDoubts)
    var gallery = SampleGallery(of: dataset.shape)
    for (place, sample) in shown.enumerated() {
      let withStrip = place * Self.shownStrips % shown.count < Self.shownStrips
      gallery.samples.append(
        entry(sample, images, doubt: nil, candidates: withStrip ? candidates : nil))
    }
    for sample in doubtful {
      gallery.samples.append(
        entry(sample.sample, images, doubt: sample.doubt.reason, candidates: candidates))
    }
    guard !gallery.samples.isEmpty else { return nil }
    var sheet = RasterImage(shape: gallery.sheet, filledWith: 255)
    for (row, sample) in gallery.samples.enumerated() {
      let (before, after) = try images.pair(sample.index)
      let change = before.change(to: after, magnified: SampleGallery.magnification)
      for (place, image) in [before, change, after].enumerated() {
        sheet.put(
          image.resized(to: gallery.picture), top: row * gallery.picture.height,
          left: gallery.left(place))
      }
      for (place, candidate) in sample.shown.enumerated() {
        guard let candidates else { continue }
        let image = RasterImage(
          shape: dataset.shape,
          pixels: try candidates.image(of: sample.index, candidate: candidate))
        sheet.put(
          image.resized(to: gallery.candidate), top: row * gallery.picture.height,
          left: gallery.left(3 + place))
      }
    }
    try PNG.write(sheet, to: path + "/" + SampleGallery.fileName)
    return gallery
  }

  private func entry(
    _ sample: Int, _ images: PicturedImages, doubt: String?, candidates: (any CandidateSource)?
  ) -> SampleGallery.Sample {
    var entry = SampleGallery.Sample(
      index: sample, name: dataset.name(of: sample), oldLabel: dataset.label(sample),
      newLabel: images.newLabel(sample), greatestChange: images.greatestChange(sample),
      doubt: doubt)
    guard let candidates else { return entry }
    let labels = candidates.labels(of: sample)
    let imaged = candidates.imaged(of: sample)
    entry.victimLabel = labels.original
    entry.candidateLabels = labels.candidates
    let count = min(imaged.count, Self.shownCandidates)
    // Evenly over all of them, the last one included.
    entry.shown = (1...max(count, 1)).prefix(count).map { imaged[$0 * imaged.count / count - 1] }
    return entry
  }

  private func writeGrid(_ images: PicturedImages, _ shown: [Int]) throws {
    var grid = ImageGrid(
      columnTitles: ["original", "change x\(SampleGallery.magnification)", "purified"],
      scale: max(1, 96 / max(dataset.width, 1)))
    for sample in shown {
      let (before, after) = try images.pair(sample)
      let (old, new) = (dataset.label(sample), images.newLabel(sample))
      grid.rows.append([
        .init(image: before, caption: dataset.classNames[old]),
        .init(
          image: before.change(to: after, magnified: SampleGallery.magnification),
          caption: "max \(images.greatestChange(sample))"),
        .init(
          image: after, caption: dataset.classNames[new], frame: new == old ? .gray : .green),
      ])
    }
    try PNG.write(grid.render(), to: path + "/grid.png")
  }
}

/// Images before and after.
private struct PicturedImages {
  let dataset: ImageDataset
  let revisions: Revisions
  let changes: [Int: ImageChange]
  private let places: [Int: Int]

  init(dataset: ImageDataset, revisions: Revisions, changes: [Int: ImageChange]) {
    self.dataset = dataset
    self.revisions = revisions
    self.changes = changes
    places = Dictionary(uniqueKeysWithValues: revisions.imaged.enumerated().map { ($1, $0) })
  }

  func newLabel(_ sample: Int) -> Int { revisions.labels[sample] ?? dataset.label(sample) }

  func isChanged(_ sample: Int) -> Bool {
    changes[sample] != nil || newLabel(sample) != dataset.label(sample)
  }

  func greatestChange(_ sample: Int) -> Int { changes[sample]?.greatest ?? 0 }

  /// Changed samples from the most to the least changed, evenly.
  func changed(most: Int) -> [Int] {
    let relabelled = revisions.labels.keys.filter { isChanged($0) }
    let all = Set(changes.keys).union(relabelled).sorted {
      (-(changes[$0]?.mean ?? 0), $0) < (-(changes[$1]?.mean ?? 0), $1)
    }
    let count = min(most, all.count)
    return (0..<count).map { all[$0 * all.count / count] }
  }

  func pair(_ sample: Int) throws -> (before: RasterImage, after: RasterImage) {
    let before = try dataset.image(sample)
    var after = before
    if changes[sample] != nil, let place = places[sample] {
      after.pixels = try revisions.images.images([place])
    }
    return (before, after)
  }
}
