import ArgumentParser
import Attacks
import Datasets
import Runs
import Support

/// A subcommand of `poison`: one attack with its own options.
protocol PoisonSubcommand: ParsableCommand {
  var copy: PoisonArguments { get }
  func attack(on dataset: ImageDataset) throws -> any Attack
  /// What the attack needs besides the dataset; nothing by default.
  func context(for dataset: ImageDataset) throws -> AttackContext
}

/// What every attack needs.
struct PoisonArguments: ParsableArguments {
  @Argument(help: "A dataset; 'inspect --help' says which, and how they are read.")
  var dataset: String

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @OptionGroup var destination: OutputArguments

  @Option(help: "Determines which images are poisoned, and everything random.")
  var seed: UInt64 = 0
}

extension PoisonSubcommand {
  func context(for dataset: ImageDataset) -> AttackContext { AttackContext(run: .onConsole()) }

  func run() throws {
    try copy.destination.check(inputs: [copy.dataset])
    let source = try copy.reading.open(copy.dataset)
    try source.requireNamesForAddedFiles()
    let attack = try attack(on: source)
    let context = try context(for: source)
    let plan = try context.run.recordingEnd { try attack.plan(for: source, context) }
    let output = copy.destination.output
    let manifest = try plan.write(
      to: output, force: copy.destination.force, token: context.folder?.token ?? "")
    try context.run.noteTimes()
    try context.run.endRecording()
    try context.folder?.finish()
    try context.run.keepRecord(beside: output, try identity(of: attack, source))
    func name(_ label: Int32) -> String { source.classNames[Int(label)] }
    print(
      "Poisoned \(manifest.samples.count) of \(source.count) images of \(copy.dataset)"
        + " (\(source.format.rawValue), \(source.shape), \(source.classCount) classes)")
    let target = plan.goal.target.map { ", target \($0) (\(name($0)))" } ?? ""
    print("Attack: \(type(of: attack).id), \(plan.goal.name)" + target)
    for remark in plan.remarks { print(remark) }
    if case .image(let image) = plan.goal {
      print(
        "Target image: \(image.index) of \(image.source), label \(image.label) "
          + "(\(name(image.label)))")
    }
    print("Written to \(output)")
  }

  private func identity(
    of attack: any Attack, _ source: ImageDataset
  ) throws -> [String: String] {
    [
      "method": type(of: attack).id, "attack": try JSONText.line(attack),
      "seed": String(copy.seed), "dataset": try source.fingerprint(),
    ]
  }
}
