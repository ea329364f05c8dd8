import ArgumentParser
import Checkpoints
import Evaluation
import Foundation

/// `elixir-gpu evaluate`: what a purification achieved, by the ground truth of the attack.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a purified dataset against the attack's ground truth.",
    discussion: """
      Needs the folder that 'poison' wrote: its poison-manifest.json says which samples were
      poisoned. A sample counts as detected when its label changed. Models are trained anew on the
      purified and the poisoned dataset (and the clean one, if given) by the same recipe and seed;
      their accuracy, and the attack success rate on triggered test images of other labels, show
      what the purification is worth.

      Examples:
        elixir-gpu evaluate purified --poisoned poisoned --test t10k-images-idx3-ubyte
        elixir-gpu evaluate purified --poisoned poisoned --test test_batch.bin \
      --clean data_batch_1.bin --flip --crop 4 --epochs 30 --json figures.json
      """)

  @Argument(help: "The purified dataset.")
  var purified: String

  @Option(help: ArgumentHelp("The folder that 'poison' wrote.", valueName: "dir"))
  var poisoned: String

  @Option(help: "Clean test images, a file or folder in any of the layouts.")
  var test: String

  @Option(help: "The dataset before poisoning: also trains a model on it, for comparison.")
  var clean: String?

  @Option(help: ArgumentHelp("Write the figures to this file.", valueName: "file"))
  var json: String?

  @OptionGroup var classifier: ClassifierArguments

  @Option(help: "Determines initial weights, order and augmentation of the trainings.")
  var seed: UInt64 = 0

  @OptionGroup var device: DeviceArguments

  func run() throws {
    let job = try EvaluationJob(
      purified: purified, poisoned: poisoned, test: test, clean: clean,
      plan: classifier.plan(seed: seed))
    let backend = try device.makeBackend()
    let line = ProgressLine("evaluate", total: 0)
    let result = try job.run(on: backend) { model, progress in
      line.show("model of the \(model) set: \(progress.line)")
    }
    line.end()
    print(result.table())
    if let json {
      try AtomicFile.write(Array(try result.json().utf8), to: URL(fileURLWithPath: json))
      print("Written to \(json)")
    }
  }
}
