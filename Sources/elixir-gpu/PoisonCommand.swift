import ArgumentParser
import Attacks
import Datasets
import Foundation

/// `elixir-gpu poison`: a poisoned copy of a dataset, to test a defence.
struct PoisonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "poison",
    abstract: "Makes a poisoned copy of a dataset by a published attack, to test a defence.",
    discussion: """
      The copy has the dataset's layout and names. Beside it lie poison-manifest.json (the ground \
      truth, which only 'evaluate' reads), trigger.png and poison-preview.png.

      badnets replaces pixels: a white 3×3 square in the bottom right corner, or the nonzero \
      pixels of --pattern. blended mixes in a random pattern, or the picture of --pattern.

      The other attacks change images of the target class only, and no label. sig adds a wave of \
      --amplitude grey levels. gradient-matching moves bytes by at most --epsilon, so that training \
      on them moves a model as if it were taught the attacker's goal: another label for one image of \
      --targets (Witches' Brew; the output has target.png instead of trigger.png), or for images \
      with a patch (--trigger; Sleeper Agent, which trains the surrogate again on the poisons now \
      and then). It needs a --surrogate, or trains one (surrogate.safetensors); --crop and --flip \
      should be the victim's.

      Examples:
        elixir-gpu poison cifar-10-batches-bin --target 0 --output poisoned
        elixir-gpu poison mnist/train --attack blended --rate 0.1 --output out
        elixir-gpu poison photos --pattern patch.png --all-to-all --output out
        elixir-gpu poison cifar-10-batches-bin --attack sig --target 3 --output out
        elixir-gpu poison data_batch_1.bin --attack gradient-matching --target cat \
      --targets test_batch.bin --target-image 17 --surrogate resnet20.safetensors --output out
        elixir-gpu poison data_batch_1.bin --attack gradient-matching --trigger random \
      --source dog --target cat --flip --crop 4 --epochs 30 --output out
      """)

  enum Attack: String, ExpressibleByArgument, CaseIterable {
    case badnets, blended, sig
    case gradientMatching = "gradient-matching"
  }

  @Argument(help: "A CIFAR binary file or folder, an IDX pair, or a folder class/name.png.")
  var dataset: String

  @OptionGroup var destination: OutputArguments

  @Option(help: "badnets, blended, sig or gradient-matching.")
  var attack = Attack.badnets

  @Option(help: "The label given to all attacked images: a number or a class name (default: 0).")
  var target: String?

  @Option(
    help: "The share of all images that is poisoned (default: 0.1, gradient-matching: 0.01).")
  var rate: Double?

  @Option(help: "Determines which images are poisoned, and everything random.")
  var seed: UInt64 = 0

  @OptionGroup(title: "Options of triggers") var trigger: TriggerArguments
  @OptionGroup(title: "Options of gradient-matching") var matching: GradientMatchingArguments
  @OptionGroup(title: "Options of gradient-matching's surrogate")
  var classifier: ClassifierArguments
  @OptionGroup(title: "Options of gradient-matching's device") var device: DeviceArguments

  func validate() throws {
    if trigger.allToAll && target != nil {
      throw ValidationError("--target and --all-to-all exclude each other.")
    }
    try trigger.check(attack)
    if attack == .gradientMatching {
      if matching.targets == nil && matching.trigger == nil {
        throw ValidationError("--attack gradient-matching needs --targets or --trigger.")
      }
      // What bf16 does to gradients of gradients has not been measured.
      if device.precision != .float32 {
        throw ValidationError("--attack gradient-matching needs --precision fp32.")
      }
    } else if matching.isGiven {
      throw ValidationError(
        "The options of gradient-matching, such as --epsilon, need --attack gradient-matching.")
    }
  }

  func run() throws {
    try destination.check(inputs: [dataset])
    let source = try ImageDataset.open(dataset)
    let label = try source.label(named: target ?? "0", option: "--target")
    var remarks: [String] = []
    let manifest: PoisonManifest
    if attack == .gradientMatching {
      let result = try runMatching(source, target: label)
      manifest = result.manifest
      remarks.append("Cosine of the gradients: " + figure(Double(result.cosine)))
    } else {
      manifest = try runTrigger(source, target: label)
    }
    print(
      "Poisoned \(manifest.samples.count) of \(source.count) images of \(dataset)"
        + " (\(source.format.rawValue), \(source.shape), \(source.classCount) classes)")
    let labels = manifest.target.map { "target \($0) (\(source.classNames[Int($0)]))" }
    print(
      "Attack: \(attack.rawValue), \(manifest.mapping.rawValue)" + (labels.map { ", \($0)" } ?? ""))
    if let image = manifest.targetImage {
      remarks.append(
        "Target image: \(image.index) of \(image.source), label \(image.label) "
          + "(\(source.classNames[Int(image.label)]))")
    }
    for remark in remarks { print(remark) }
    print("Written to \(destination.output)")
  }

  private func runTrigger(_ source: ImageDataset, target: Int32) throws -> PoisonManifest {
    let eligible: PoisonSelection.Eligible =
      attack == .sig ? .target : trigger.includeTarget ? .all : .attackable
    return try PoisonJob(
      dataset: source, trigger: try trigger.trigger(attack, for: source.shape, seed: seed),
      mapping: trigger.allToAll ? .allToAll : .allToOne(target: target),
      selection: PoisonSelection(rate: rate ?? 0.1, from: eligible, seed: seed)
    ).run(output: destination.output, force: destination.force)
  }

  private func runMatching(
    _ source: ImageDataset, target: Int32
  ) throws -> (manifest: PoisonManifest, cosine: Float) {
    let goal = try matching.goal(
      target: target, pattern: trigger.pattern, seed: seed, dataset: source)
    let plan = classifier.plan(seed: seed)
    let job = try GradientMatchingJob(
      dataset: source, goal: goal,
      options: matching.options(
        rate: rate ?? 0.01, augmentation: plan.recipe.augmentation, seed: seed))
    let surrogate = try matching.makeSurrogate(
      for: source, plan: plan, on: try device.makeBackend())
    var retraining = plan
    retraining.initial = matching.surrogate
    let line = ProgressLine(
      "match", unit: "iterations", total: job.options.restarts * job.options.iterations)
    let result = try job.run(
      surrogate: surrogate, name: matching.surrogate ?? "surrogate",
      savesSurrogate: matching.surrogate == nil, retraining: retraining,
      output: destination.output, force: destination.force
    ) { progress in
      if let training = progress.retraining {
        line.show("retraining after \(progress.iteration) iterations: \(training.line)")
      } else {
        line.update(progress.iteration, remark: "cosine " + figure(Double(progress.cosine)))
      }
    }
    line.end()
    return result
  }

  private func figure(_ value: Double) -> String { String(format: "%.3f", value) }
}
