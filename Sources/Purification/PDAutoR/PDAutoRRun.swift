import Autograd
import ComputeBackend
import Datasets
import Detection
import Foundation
import Models
import NeuralNet
import Restoration
import Runs
import Support
import Training

/// D_p, with the scores by which it was found.
struct FlaggedSamples: Codable {
  /// Ascending.
  var samples: [Int]
  /// The detector's trust in each sample of the dataset; empty if a list was given.
  var scores: [Float?]
}

/// What C makes of a restored image.
struct RestoredLabel {
  var label: Int
  /// The label's probability.
  var confidence: Double
}

/// The stages of PD-AutoR, whose results are kept in the run's folder.
struct PDAutoRRun {
  private let options: PDAutoR
  private let context: PurificationContext
  private let folder: RunFolder

  init(_ options: PDAutoR, context: PurificationContext, folder: RunFolder) {
    self.options = options
    self.context = context
    self.folder = folder
  }

  private var dataset: ImageDataset { context.dataset }
  private var run: Run { context.run }
  private var backend: any ComputeBackend { context.backend }

  // MARK: Detection

  /// - Parameter trusted: samples that are never flagged.
  func flaggedSamples(trusted: Set<Int>) throws -> FlaggedSamples {
    let name = "flagged.json"
    if folder.contains(name) {
      let data = Data(try RandomAccessFile.contents(folder.file(name).path))
      if let found = try? JSONDecoder().decode(FlaggedSamples.self, from: data) { return found }
    }
    var flagged = try run.measure("detection", detect)
    flagged.samples.removeAll { trusted.contains($0) }
    try JSONText.write(flagged, to: folder.file(name).path)
    try run.note("Flagged: \(flagged.samples.count) of \(dataset.count) samples")
    return flagged
  }

  private func detect() throws -> FlaggedSamples {
    if let list = options.flagged {
      return FlaggedSamples(samples: try SampleIndexFile.read(list, for: dataset), scores: [])
    }
    let input = DetectionInput(
      dataset: dataset, truth: context.truth, victim: options.victim, seed: options.seed,
      batchSize: context.batchSize, backend: backend, folder: { folder })
    let found = try options.detector.scores(input, run)
    return FlaggedSamples(samples: found.flagged, scores: found.values)
  }

  // MARK: Restoration

  /// R, and the mean of each loss by epoch.
  func trainedRestorer(
    _ flagged: [Int]
  ) throws -> (restorer: ImageRestorer, losses: [RestorationLossCurve]) {
    let (file, curves) = (folder.file("restoration.safetensors"), folder.file("losses.json"))
    if folder.contains("restoration.safetensors"),
      let found = try? JSONDecoder().decode(
        [RestorationLossCurve].self, from: Data(try RandomAccessFile.contents(curves.path)))
    {
      return (ImageRestorer(try RestorationNetworks.load(file, on: backend)), found)
    }
    let networks = try RestorationNetworks(
      options.recipe.networks, for: dataset.shape,
      from: RandomWeights(seed: options.recipe.seed, on: backend))
    let state = folder.file("restoration-state.safetensors")
    let trainer = try RestorationTrainer(
      networks, recipe: options.recipe, clean: clean(flagged),
      poisoned: ImageSelection(dataset, indices: flagged), stateFile: state)
    try run.measure("restorer") {
      try trainer.train(resume: true) {
        try run.status("restorer", $0.line, isLast: $0.training.isLast)
      } afterEpoch: { epoch in
        guard epoch % max(1, options.recipe.epochs / Self.pictures) == 0 else { return }
        try writePicture(epoch, flagged, ImageRestorer(networks))
      }
    }
    let losses = try RestorationLoss.allCases.map {
      RestorationLossCurve(loss: $0, means: try trainer.losses($0))
    }
    try JSONText.write(losses, to: curves.path)
    try networks.save(to: file)
    folder.delete(state.lastPathComponent)
    return (ImageRestorer(networks), losses)
  }

  /// D_c.
  private func clean(_ flagged: [Int]) -> ImageSelection {
    let flagged = Set(flagged)
    return ImageSelection(dataset, indices: (0..<dataset.count).filter { !flagged.contains($0) })
  }

  /// Pictures that a training leaves in the run's folder.
  private static let pictures = 10
  private static let pictureRows = 12

  /// `restored-epoch-E.png`: some flagged samples before and after.
  private func writePicture(_ epoch: Int, _ flagged: [Int], _ restorer: ImageRestorer) throws {
    let count = min(flagged.count, Self.pictureRows)
    let samples = (0..<count).map { flagged[$0 * flagged.count / count] }
    let (before, size) = (try dataset.images(samples), dataset.shape.byteCount)
    let after = try restorer.restore(before)
    var grid = ImageGrid(
      columnTitles: ["original", "restored"], scale: max(1, 96 / max(dataset.width, 1)))
    for row in 0..<count {
      func image(_ bytes: [UInt8]) -> RasterImage {
        RasterImage(
          shape: dataset.shape, pixels: Array(bytes[row * size..<(row + 1) * size]))
      }
      grid.rows.append([.init(image: image(before)), .init(image: image(after))])
    }
    try PNG.write(
      grid.render(), to: folder.file(String(format: "restored-epoch-%04d.png", epoch)).path)
  }

  // MARK: Labels

  private static let labelModel = "label-model.safetensors"

  /// What C, trained on D_c, makes of each restored image.
  func restoredLabels(_ images: RestoredSamples) throws -> [RestoredLabel] {
    var plan = options.victim.plan
    // Other weights and another order of images than the victim's.
    plan.recipe.seed = options.seed &+ 1
    let network = try run.measure("label model") {
      try plan.train(
        on: clean(images.samples), backend: backend,
        keptAt: folder.file(Self.labelModel), phase: "label model", in: run)
    }
    return try run.measure("labels") {
      let count = try run.count("labels", of: images.samples.count)
      var result: [RestoredLabel] = []
      for start in stride(from: 0, to: images.samples.count, by: context.batchSize) {
        let end = min(start + context.batchSize, images.samples.count)
        result += try labels(of: try images.images(Array(start..<end)), by: network)
        try count(end)
      }
      return result
    }
  }

  private func labels(
    of bytes: [UInt8], by network: any Classifier
  ) throws -> [RestoredLabel] {
    let shape = dataset.shape.batchShape(bytes.count / dataset.shape.byteCount)
    let probabilities = try withoutGradient {
      let pixels = network.configuration.normalization.normalize(
        Tensor(bytes: bytes, shape: shape, on: backend), range: 0...255)
      return try softmax(network.logits(pixels)).values()
    }
    let classes = probabilities.count / shape[0]
    return try (0..<shape[0]).map { row -> RestoredLabel in
      let own = probabilities[row * classes..<(row + 1) * classes]
      guard own.allSatisfy(\.isFinite), let greatest = own.max(),
        let place = own.firstIndex(of: greatest)
      else {
        throw PurificationError.unsuitableModel(
          path: folder.file(Self.labelModel).path, reason: "its outputs are NaN or infinite")
      }
      return RestoredLabel(label: place - own.startIndex, confidence: Double(greatest))
    }
  }
}
