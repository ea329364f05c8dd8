import Autograd
import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models
import Runs
import Sifting
import Support
import Training

/// Makes a denoiser of the dataset itself, and keeps it in the run's folder.
struct OwnDenoiserTraining {
  let method: DataElixir
  let dataset: ImageDataset
  let backend: any ComputeBackend
  let run: Run

  private var options: OwnDenoiser { method.ownDenoiser }
  private var seed: UInt64 { method.seed }

  init(_ method: DataElixir, in context: PurificationContext) {
    self.method = method
    dataset = context.dataset
    backend = context.backend
    run = context.run
  }

  /// The network that is trained, of as many levels as the images can be halved, up to three.
  var network: UNet2DConfiguration {
    let shape = dataset.shape
    let widths = [32, 64, 64]
    let levels = (1...widths.count).last {
      let divisor = 1 << ($0 - 1)
      return shape.height % divisor == 0 && shape.width % divisor == 0
    }
    return .denoiser(
      height: shape.height, width: shape.width, imageChannels: shape.channels,
      channels: Array(widths.prefix(levels ?? 1)), layers: 1, attention: [16])
  }

  /// - Returns: the folder of the finished denoiser, and what it was made of.
  /// - Throws: `SiftingError`, `TrainingError`, `RunError`, or what the run's handler throws.
  func denoiser(in folder: RunFolder) throws -> (folder: URL, report: OwnDenoiserReport) {
    let model = try folder.directory("denoiser")
    let record = folder.file("denoiser.json")
    if let bytes = try? RandomAccessFile.contents(record.path),
      let report = try? JSONDecoder().decode(OwnDenoiserReport.self, from: Data(bytes))
    {
      return (model, report)
    }
    let seconds = try roughTime().seconds(method, samples: dataset.count)
    try run.note(
      "There is no denoiser, so one is trained on the samples that Meta-Sift trusts most: about "
        + "\(NumberFormat.duration(seconds)) in all")
    let samples = try sifted(in: folder)
    let steps = try run.measure("denoiser") { try train(on: samples, in: model) }
    var counts = [Int](repeating: 0, count: dataset.classCount)
    for sample in samples { counts[dataset.label(sample)] += 1 }
    let report = OwnDenoiserReport(samples: counts, sifters: options.sifters, steps: steps)
    try JSONText.write(report, to: record.path)
    try run.note(
      "Denoiser: trained for \(steps) steps on \(samples.count) sifted samples; it stays in the "
        + "run's folder and serves for other images of this kind")
    return (model, report)
  }

  /// Measures both networks on a batch.
  private func roughTime() throws -> RoughTime {
    let count = 32
    let images = Tensor.zeros(
      [count, dataset.shape.height, dataset.shape.width, dataset.shape.channels], on: backend)
    let denoiser = UNet2DModel(network, seed: seed, on: backend)
    let classifier = try method.victim.plan.makeNetwork(for: dataset, on: backend)
    func seconds(_ pass: () -> Tensor) throws -> Double {
      // The first pass allocates, and builds kernels.
      _ = try withoutGradient(pass).values()
      let clock = ContinuousClock()
      let start = clock.now
      _ = try withoutGradient(pass).values()
      return (clock.now - start) / .seconds(1) / Double(count)
    }
    return RoughTime(
      denoiserPass: try seconds { denoiser(images, timesteps: [100]) },
      classifierPass: try seconds { classifier.logits(images) })
  }

  /// The samples that Meta-Sift trusts most, ascending; `sifted.txt` keeps them.
  private func sifted(in folder: RunFolder) throws -> [Int] {
    let list = folder.file("sifted.txt").path
    if folder.contains("sifted.txt") { return try SampleIndexFile.read(list, for: dataset) }
    var method = MetaSift(seed: seed)
    method.sifters = options.sifters
    let weights = try run.measure("sifting") {
      try method.weights(of: dataset, on: backend, run, folder: folder)
    }
    let samples = SiftSelection.highest(
      weights.means, labels: dataset.labels, counts: options.quota(dataset))
    try SampleIndexFile.write(
      samples, fingerprint: try dataset.fingerprint(),
      remarks: ["method: sift, \(options.sifters) sifters, seed \(seed)"], to: list)
    return samples
  }

  /// - Returns: the steps that were done.
  private func train(on samples: [Int], in model: URL) throws -> Int {
    let recipe = DenoiserRecipe(network: network, seed: seed)
    let trainer = try DenoiserTrainer(
      recipe, images: ImageSelection(dataset, indices: samples), folder: model, on: backend)
    try trainer.train(
      steps: options.steps, duration: options.minutes.map { .seconds(60 * $0) }, resume: true
    ) {
      try run.status("denoiser", $0.line, isLast: $0.isLast)
    }
    return trainer.step
  }
}
