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

  @Option(
    help: ArgumentHelp(
      "Train the surrogate again on the poisons after so many steps; 0 for never (default: 0, "
        + "with --trigger 50).", valueName: "steps"))
  var retrainEvery: Int?

  @OptionGroup(title: "Training of the surrogate", visibility: .hidden)
  var classifier: ClassifierArguments

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if let retrainEvery, retrainEvery < 0 {
      throw ValidationError("--retrain-every \(retrainEvery): use 0 or more.")
    }
    // What bf16 does to gradients of gradients has not been measured.
    if device.precision != .float32 {
      throw ValidationError("--precision \(device.precision.rawValue): this attack needs fp32.")
    }
  }

  /// The surrogate is loaded or trained when it is needed.
  func context(for dataset: ImageDataset, seed: UInt64) -> AttackContext {
    let run = Run.onConsole()
    return AttackContext(
      surrogate: { try makeSurrogate(for: dataset, seed: seed, in: run) }, run: run)
  }

  private func makeSurrogate(
    for dataset: ImageDataset, seed: UInt64, in run: Run
  ) throws -> Surrogate {
    let backend = try device.makeBackend()
    let plan = classifier.plan(seed: seed)
    var retraining = plan
    retraining.initial = surrogate
    if let surrogate {
      let network = try ClassifierFile.load(URL(fileURLWithPath: surrogate), on: backend)
      return Surrogate(network, name: surrogate, retraining: retraining)
    }
    let network = try plan.train(on: dataset, backend: backend, phase: "surrogate", in: run)
    return Surrogate(network, name: "surrogate", retraining: retraining, isKept: true)
  }
}
