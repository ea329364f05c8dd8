import ComputeBackend
import Datasets
import Models
import Runs
import Training

/// Makes a copy of a dataset in which a share of the images carries marks.
///
/// The output holds the dataset in its own layout, `mark-manifest.json` (what `trace` needs; keep
/// it) and `mark-preview.png`. Images are read, marked and written in batches.
public struct MarkJob {
  public let dataset: ImageDataset
  public let selection: MarkSelection
  private let marker: RadioactiveMarker
  private let checksum: String
  private let chosen: [Int]

  private static let previewCount = 8

  /// Draws the marks from the recipe's seed and selects the images.
  ///
  /// Throws `TracingError` if the network does not fit the images, or `ParameterError` if nothing
  /// is selected.
  public init(
    dataset: ImageDataset, network: any Classifier, selection: MarkSelection, recipe: MarkingRecipe
  ) throws {
    try network.check(.marking, channels: dataset.channels)
    guard try network.hasFiniteOutputs(for: dataset) else {
      throw TracingError.uselessFeatures(role: .marking)
    }
    self.dataset = dataset
    self.selection = selection
    chosen = try selection.indices(labels: dataset.labels, classCount: dataset.classCount)
    checksum = try NetworkChecksum.of(network)
    let marks = RadioactiveMarks(
      classCount: dataset.classCount, featureCount: network.configuration.featureCount,
      seed: recipe.seed)
    marker = try RadioactiveMarker(network, marks: marks, recipe: recipe)
  }

  /// How many images will be marked.
  public var count: Int { chosen.count }

  /// Writes the marked copy and returns its manifest.
  ///
  /// Throws `DatasetError`; the output appears whole or not at all.
  /// - Parameter batchSize: images marked together; changes speed and memory only.
  @discardableResult
  public func run(
    output: String, force: Bool = false, batchSize: Int = 64, in run: Run = Run()
  ) throws -> MarkManifest {
    try dataset.requireNamesForAddedFiles()
    let writer = try DatasetWriter(copying: dataset, to: output, force: force)
    var grid = ImageGrid(
      columnTitles: ["original", "change x8", "marked"], scale: max(1, 96 / dataset.width))
    var (done, shift, length) = (0, 0.0, 0.0)
    let counter = try run.count("marking", of: chosen.count)
    try writer.replace(chosen, batchSize: batchSize) { samples in
      let result = try run.measure("marking") {
        try marker.mark(
          try dataset.images(samples), shape: dataset.shape, samples: samples,
          labels: samples.map { dataset.labels[$0] })
      }
      for (position, sample) in samples.prefix(Self.previewCount - grid.rows.count).enumerated() {
        grid.rows.append(try previewRow(sample, marked: result.images, position: position))
      }
      shift += result.shifts.reduce(0) { $0 + Double($1) }
      length += result.lengths.reduce(0) { $0 + Double($1) }
      done += samples.count
      try counter(done)
      return result.images
    }
    let names = try writer.finishLayout()
    let count = Double(chosen.count)
    let manifest = try manifest(
      names: names, meanShift: shift / count, meanLength: length / count)
    try manifest.write(to: writer.path)
    try PNG.write(grid.render(), to: writer.path + "/mark-preview.png")
    try writer.commit()
    return manifest
  }

  private func manifest(
    names: [String], meanShift: Double, meanLength: Double
  ) throws -> MarkManifest {
    MarkManifest(
      version: MarkManifest.currentVersion, markingNetwork: checksum, recipe: marker.recipe,
      budget: selection.budget,
      classes: try selection.marked(labels: dataset.labels, classCount: dataset.classCount),
      count: dataset.count, classCount: dataset.classCount, featureCount: marker.marks.featureCount,
      marks: MarkManifest.data(marker.marks), meanShift: meanShift,
      meanLength: meanLength,
      samples: chosen.map {
        MarkManifest.Sample(index: $0, name: names[$0], label: dataset.labels[$0])
      })
  }

  private func previewRow(
    _ sample: Int, marked: [UInt8], position: Int
  ) throws -> [ImageGrid.Cell?] {
    let size = dataset.shape.byteCount
    let original = try dataset.image(sample)
    let image = RasterImage(
      shape: dataset.shape, pixels: Array(marked[position * size..<(position + 1) * size]))
    return [
      .init(image: original, caption: dataset.classNames[Int(dataset.labels[sample])]),
      .init(image: original.change(to: image)), .init(image: image),
    ]
  }
}

extension Classifier {
  /// Throws `TracingError` unless the network takes images of so many channels.
  func check(_ role: TracingError.Role, channels: Int) throws {
    guard configuration.inputChannels == channels else {
      throw TracingError.channels(
        role: role, network: configuration.inputChannels, images: channels)
    }
  }
}
