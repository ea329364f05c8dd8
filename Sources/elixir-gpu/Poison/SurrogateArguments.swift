import ArgumentParser
import Attacks
import Datasets
import Foundation
import Models
import Runs
import Training

/// The model that an attacker knows, or how one is trained.
struct SurrogateArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "A trained model that the attacker knows (default: trained on the dataset, and kept).",
      valueName: "model"))
  var surrogate: String?

  @OptionGroup(title: "Training of the surrogate", visibility: .hidden)
  var classifier: ClassifierArguments

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    // What bf16 does to gradients of gradients has not been measured.
    if device.precision != .float32 {
      throw ValidationError("--precision \(device.precision.rawValue): this attack needs fp32.")
    }
  }

  /// Shows how far the attack is; the surrogate is loaded or trained when it is needed.
  func context(for dataset: ImageDataset, _ copy: PoisonArguments) -> AttackContext {
    var line: ProgressLine?
    let console = RunConsole()
    let run = Run(handler: console.show)
    let folder = TrainingFolder(copy, of: dataset, in: run) { backend in
      [try RunFolder.identity(of: classifier.plan(seed: copy.seed), backend: backend)]
    }
    return AttackContext(
      surrogate: { try makeSurrogate(for: dataset, seed: copy.seed, folder: folder) },
      progress: { progress in
        let shown = line ?? ProgressLine("match", unit: "iterations", total: progress.total)
        line = shown
        if let training = progress.retraining {
          shown.show("retraining after \(progress.iteration) iterations: \(training.line)")
        } else {
          let objective = String(format: "%.3f", Double(progress.objective))
          shown.update(progress.iteration, remark: "cosine " + objective)
          if progress.iteration == progress.total { shown.end() }
        }
      },
      folder: folder, run: run)
  }

  private func makeSurrogate(
    for dataset: ImageDataset, seed: UInt64, folder: TrainingFolder
  ) throws -> Surrogate {
    let backend = try device.makeBackend()
    let plan = classifier.plan(seed: seed)
    var retraining = plan
    retraining.initial = surrogate
    if let surrogate {
      let network = try ClassifierFile.load(URL(fileURLWithPath: surrogate), on: backend)
      return Surrogate(network, name: surrogate, retraining: retraining)
    }
    let line = ProgressLine("surrogate", total: 0)
    let network = try plan.train(
      on: dataset, backend: backend, stateFile: try folder.stateFile("surrogate", on: backend)
    ) { progress in
      line.show("surrogate: \(progress.line)")
    }
    line.end()
    return Surrogate(network, name: "surrogate", retraining: retraining, isKept: true)
  }
}
