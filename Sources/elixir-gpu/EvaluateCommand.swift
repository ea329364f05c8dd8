import ArgumentParser
import Checkpoints
import Evaluation
import Foundation
import Runs
import Support
import Training

/// `elixir-gpu evaluate`: what a purification achieved, by the ground truth of the attack.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a purified dataset against the attack's ground truth.",
    discussion: """
      The manifest in the folder that 'poison' wrote says which samples were poisoned. A sample \
      counts as detected when its label changed or it was left out; of attacks that leave labels \
      alone the changes of images are shown instead. Where flagged samples were restored, flags, \
      labels and, with --clean, pixels are compared. Models are trained on the purified and the \
      poisoned dataset (and the clean one, if given, and the samples that were not flagged) by the \
      same recipe and seed: their accuracy, and how often the attack succeeds on test images, show \
      what the purification is worth.

      --poisoned may also be a folder that 'mark' wrote: then the models are traced, with the test \
      images to align on, and the table shows how many of them betray the marks.

      --suite tries attacks against methods instead, each with each and with each seed, and \
      writes one table. What is finished is kept, so that a suite that was stopped goes on.

      Examples:
        elixir-gpu evaluate purified --poisoned poisoned --test t10k-images-idx3-ubyte
        elixir-gpu evaluate purified --poisoned poisoned --test test_batch.bin \
      --clean data_batch_1.bin --flip --crop 4 --epochs 30 --json figures.json
        elixir-gpu evaluate purified --poisoned poisoned --test test_batch.bin --trials 5 \
      --init resnet20.safetensors --epochs 4 --learning-rate 0.01
        elixir-gpu evaluate purified --poisoned marked --marking-network resnet20.safetensors \
      --test test_batch.bin --trials 5
        elixir-gpu evaluate --suite mnist.yaml --output suite
      """)

  @Argument(help: "The purified dataset.")
  var purified: String?

  @Option(help: ArgumentHelp("The folder that 'poison' or 'mark' wrote.", valueName: "dir"))
  var poisoned: String?

  @Option(
    help: ArgumentHelp(
      "The classifier that 'mark' was given, to trace models with.", valueName: "safetensors"))
  var markingNetwork: String?

  @Option(help: "Clean test images, a file or folder in any of the layouts.")
  var test: String?

  @Option(help: "The dataset before poisoning: also trains a model on it, for comparison.")
  var clean: String?

  @Option(help: ArgumentHelp("Write the figures to this file.", valueName: "file"))
  var json: String?

  @Option(
    help: ArgumentHelp(
      "Draw the precision-recall curve of the scores in purified.csv.", valueName: "svg",
      visibility: .hidden))
  var prCurve: String?

  @Option(
    help: ArgumentHelp(
      "Draw the accuracy of restored labels over the share that is kept.", valueName: "svg",
      visibility: .hidden))
  var qualityCurve: String?

  @OptionGroup var classifier: ClassifierArguments

  @Option(
    help: ArgumentHelp(
      "Trainings start from this model, instead of --architecture with random weights.",
      valueName: "model"))
  var `init`: String?

  @Option(help: "Models trained on each dataset, each with its own seed.")
  var trials = 1

  @Option(help: "Determines initial weights, order and augmentation of the trainings.")
  var seed: UInt64 = 0

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @OptionGroup var suite: SuiteArguments

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    if trials < 1 { throw ValidationError("--trials \(trials): use at least 1.") }
    if suite.suite != nil {
      try refuseWithSuite()
    } else if purified == nil || poisoned == nil || test == nil {
      throw ValidationError("Give a purified dataset, --poisoned and --test; or --suite.")
    }
  }

  /// A suite's file says all but where to compute.
  private func refuseWithSuite() throws {
    let usual = try ClassifierArguments.parse([])
    let others: [(String, Bool)] = [
      ("a purified dataset", purified != nil), ("--poisoned", poisoned != nil),
      ("--marking-network", markingNetwork != nil), ("--test", test != nil),
      ("--clean", clean != nil), ("--json", json != nil), ("--pr-curve", prCurve != nil),
      ("--quality-curve", qualityCurve != nil), ("--init", `init` != nil),
      ("--trials", trials != 1), ("--seed", seed != 0),
      ("another recipe", classifier.plan(seed: 0) != usual.plan(seed: 0)),
    ]
    for (name, isGiven) in others where isGiven {
      throw ValidationError("--suite and \(name) exclude each other: the file says it.")
    }
  }

  func run() throws {
    if let file = suite.suite { return try suite.run(file, device: device) }
    var plan = classifier.plan(seed: seed)
    plan.initial = `init`
    if let json {
      let inputs = [purified, poisoned, test, clean, markingNetwork, `init`].compactMap(\.self)
      try OutputFile.check(
        json, force: true, kind: "a table of figures", beginning: "{\n", inputs: inputs)
    }
    guard var job = try makeJob(plan) else { return }
    job.trials = trials
    try writeCurves(job)
    let backend = try device.makeBackend()
    let run = Run.onConsole()
    let result = try job.run(on: backend, in: run)
    try run.noteTimes()
    print(result.table())
    if let json {
      try AtomicFile.write(Array(try result.json().utf8), to: json)
      try run.keepRecord(
        beside: json,
        [
          "method": "evaluate", "recipe": try JSONText.line(plan),
          "device": backend.description.identifier,
          "precision": backend.description.precision.rawValue,
        ])
      print("Written to \(json)")
    }
  }

  /// Curves need no model.
  private func writeCurves(_ job: EvaluationJob) throws {
    func write(_ svg: String?, to path: String, without reason: String) throws {
      guard let svg else { throw ValidationError("\(path): \(job.purified.path) \(reason).") }
      try AtomicFile.write(Array(svg.utf8), to: path)
      print("Written to \(path)")
    }
    if let prCurve {
      try write(
        job.precisionRecallSVG(title: "scores"), to: prCurve,
        without: "has no purified.csv with scores")
    }
    if let qualityCurve {
      try write(
        job.restoration()?.qualitySVG(), to: qualityCurve,
        without: "has no purified.csv with restored labels")
    }
  }

  private func makeJob(_ plan: ClassifierPlan) throws -> EvaluationJob? {
    guard let purified, let poisoned, let test else { return nil }
    return try EvaluationJob(
      purified: purified, poisoned: poisoned, test: test, clean: clean,
      markingNetwork: markingNetwork, reading: reading.options(), plan: plan)
  }
}
