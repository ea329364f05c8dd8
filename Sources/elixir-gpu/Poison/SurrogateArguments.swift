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

  /// The surrogate is loaded or trained when it is needed.
  func context(for dataset: ImageDataset, _ copy: PoisonArguments) -> AttackContext {
    let run = Run.onConsole()
    let folder = TrainingFolder(copy, of: dataset, in: run) { backend in
      [try RunFolder.identity(of: classifier.plan(seed: copy.seed), backend: backend)]
    }
    return AttackContext(
      surrogate: { try makeSurrogate(for: dataset, seed: copy.seed, in: run, folder) },
      folder: folder, run: run)
  }

  private func makeSurrogate(
    for dataset: ImageDataset, seed: UInt64, in run: Run, _ folder: TrainingFolder
  ) throws -> Surrogate {
    let backend = try device.makeBackend()
    let plan = classifier.plan(seed: seed)
    var retraining = plan
    retraining.initial = surrogate
    if let surrogate {
      let network = try ClassifierFile.load(URL(fileURLWithPath: surrogate), on: backend)
      return Surrogate(network, name: surrogate, retraining: retraining)
    }
    let network = try run.measure("surrogate") {
      try plan.train(
        on: dataset, backend: backend, stateFile: try folder.stateFile("surrogate", on: backend),
        phase: "surrogate", in: run)
    }
    return Surrogate(network, name: "surrogate", retraining: retraining, isKept: true)
  }
}
