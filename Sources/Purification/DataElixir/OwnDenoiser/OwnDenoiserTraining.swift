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
    try run.note(
      "There is no denoiser, so one is trained on the samples that Meta-Sift trusts most")
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

  /// The samples that Meta-Sift trusts most, ascending; `sifted.txt` keeps them.
  private func sifted(in folder: RunFolder) throws -> [Int] {
    let list = folder.file("sifted.txt").path
    if folder.contains("sifted.txt") { return try SampleIndexFile.read(list, for: dataset) }
    let weights = try run.measure("sifting") {
      try options.sift(seed: seed).weights(of: dataset, on: backend, run, folder: folder)
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
    let recipe = DenoiserRecipe(
      network: OwnDenoiser.network(for: dataset.shape), batchSize: OwnDenoiser.batchSize, seed: seed
    )
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
