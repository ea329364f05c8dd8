import ArgumentParser
import Checkpoints
import Communication
import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models
import Runs
import Support
import Training

/// `elixir-gpu train denoiser`.
struct TrainDenoiserCommand: RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "denoiser",
    abstract: "Trains a diffusion model on clean images, to purify others of their kind with.",
    discussion: """
      Writes a folder in diffusers' format: a UNet2DModel that predicts noise, linear schedule of \
      1000 steps. Purification from --noise-steps T only visits time steps below T, so training \
      is limited to those below --max-timestep; such a model cannot generate images from nothing.

      The folder is complete and usable at any time: it is renewed every few seconds, together \
      with training-state.safetensors, from which --resume goes on (with more --steps or \
      --minutes, too). By default Adam with rate 0.001, batches of 64, averaged weights.

      Examples:
        elixir-gpu train denoiser mnist/trusted --minutes 4 --output digits
        elixir-gpu train denoiser data_batch_2.bin --flip --channels 64,128,128 --layers 2 \
      --steps 50000 --output cifar
        elixir-gpu train denoiser data_batch_2.bin --flip --init ddpm-cifar10 --minutes 60 \
      --output tuned
      """)

  @Argument(help: "Clean images: one or more datasets of one size. Labels do not matter.")
  var datasets: [String]

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @Option(help: ArgumentHelp("The folder to write.", valueName: "dir"))
  var output: String

  @Option(
    name: .customLong("init"),
    help: ArgumentHelp(
      "A diffusers model to go on from, in place of the next four.", valueName: "dir"))
  var initial: String?

  @Option(
    help: ArgumentHelp("A diffusers config.json, in place of the next three.", valueName: "json"))
  var config: String?

  @Option(help: "Channels of each level, multiples of 8; each level halves the image.")
  var channels = "32,64,64"

  @Option(help: "Residual blocks of a level.")
  var layers = 1

  @Option(help: "Levels of these image heights have attention (the middle always has).")
  var attention = "16"

  @Option(help: "Train for time steps below this one, 1 to 1000.")
  var maxTimestep = 500

  @Option(help: "Steps of the whole training (default: 5000, unless --minutes is given).")
  var steps: Int?

  @Option(help: "Stop after this time.")
  var minutes: Double?

  @Option(
    help: ArgumentHelp(
      "Parts of a batch whose gradients are added: less memory, and work for so many ranks.",
      valueName: "count"))
  var blocks = 1

  @OptionGroup var training: TrainingArguments

  func validate() throws {
    guard !datasets.isEmpty else { throw ValidationError("Give a dataset to train on.") }
    guard (1...1000).contains(maxTimestep) else {
      throw ValidationError("--max-timestep \(maxTimestep): use 1 to 1000.")
    }
    if let steps, steps < 1 { throw ValidationError("--steps \(steps): use at least 1.") }
    if let minutes, !(minutes > 0) {
      throw ValidationError("--minutes \(minutes): use more than 0.")
    }
    if steps == nil, minutes != nil, let schedule = training.schedule, schedule != .constant {
      throw ValidationError("--schedule \(schedule.rawValue) needs --steps.")
    }
    let widths = try numbers(channels, "--channels")
    let (width, depth) = (UNet2DConfiguration.greatestWidth, UNet2DConfiguration.mostLayers)
    guard (1...12).contains(widths.count), widths.allSatisfy({ $0 % 8 == 0 && $0 <= width }) else {
      throw ValidationError(
        "--channels \(channels): use multiples of 8 up to \(width), of at most 12 levels.")
    }
    guard (1...depth).contains(layers) else {
      throw ValidationError("--layers \(layers): use 1 to \(depth).")
    }
    _ = try numbers(attention, "--attention")
    guard (1...4096).contains(blocks) else {
      throw ValidationError("--blocks \(blocks): use 1 to 4096.")
    }
    if initial != nil && config != nil {
      throw ValidationError("--init and --config exclude each other.")
    }
  }

  func run() throws {
    let team = try ProcessRanks.join()
    try ProcessRanks.with(team) { try train(with: team) }
  }

  private func train(with team: RankTeam?) throws {
    let run = Run.onConsole(interrupted: TrainingArguments.goesOn)
    func prepared() throws -> (DenoiserTrainer, [ImageDataset], any ComputeBackend) {
      try prepare(team)
    }
    let (trainer, opened, backend) = try team.map { try $0.meet(prepared) } ?? prepared()
    let steps = steps ?? (minutes == nil ? 5000 : nil)
    if let team, team.rank > 0 {
      return try trainer.serve(team, steps: steps, resume: training.resume) {
        try Interruption.check(TrainingArguments.goesOn)
      }
    }
    var last: TrainingProgress?
    try run.measure("training") {
      try trainer.train(
        steps: steps, duration: minutes.map { .seconds(60 * $0) }, resume: training.resume,
        with: team
      ) { progress in
        try run.show(progress, of: "training")
        last = progress
      }
    }
    try run.noteTimes()
    try run.keepRecord(
      beside: output,
      try training.identity(
        "train denoiser", recipe: trainer.recipe.optimizer, on: opened, backend))
    if let last {
      let rate = NumberFormat.rate(last.imagesPerSecond)
      print("\(trainer.step) steps, last loss \(last.lossText), \(rate) images/s")
    }
    print("Written to \(output)")
  }

  /// Opens the images, and makes the trainer; on the first rank, which alone writes, also the
  /// folder.
  private func prepare(
    _ team: RankTeam?
  ) throws -> (DenoiserTrainer, [ImageDataset], any ComputeBackend) {
    let isFirst = team?.rank ?? 0 == 0
    let folder = URL(fileURLWithPath: output, isDirectory: true)
    let inputs = datasets + [initial, config].compactMap(\.self)
    for input in datasets where FileName(output).canonical.lies(in: FileName(input).canonical) {
      throw FileError.outputRefused(
        path: output, reason: "it lies in the input, of which it would become a part")
    }
    if isFirst {
      try training.check(
        output,
        files: ["config.json", "training-state.safetensors"].map {
          folder.appendingPathComponent($0)
        }, inputs: inputs)
    }
    let opened = try datasets.map { try reading.open($0) }
    let images = try ImageConcatenation(opened)
    let backend =
      try team.map { try training.device.makeDevice(of: $0.communicator) }
      ?? training.device.makeBackend()
    let model = try initial.map {
      try PretrainedDenoiser(URL(fileURLWithPath: $0, isDirectory: true), on: backend)
    }
    let recipe = try recipe(from: model, for: images)
    let trainer = try DenoiserTrainer(
      recipe, initial: model?.network, images: images, folder: folder, on: backend)
    print(
      "Training a U-Net (\(trainer.model.weightCount) weights) on \(images.count) images of "
        + "\(images.shape), time steps below \(maxTimestep)")
    if isFirst { try Directory.make(FileName(output)) }
    return (trainer, opened, backend)
  }

  private func recipe(
    from model: PretrainedDenoiser?, for images: any LabelledImages
  ) throws -> DenoiserRecipe {
    var recipe =
      if let model, let initial {
        try DenoiserRecipe(
          from: model, path: initial, maxTimestep: maxTimestep,
          augmentation: training.augmentation, seed: training.seed)
      } else {
        DenoiserRecipe(
          network: try network(for: images), maxTimestep: maxTimestep,
          augmentation: training.augmentation, seed: training.seed)
      }
    recipe.batchSize = training.batch ?? recipe.batchSize
    recipe.blocks = blocks
    try training.apply(to: &recipe.optimizer)
    return recipe
  }

  private func network(for images: any LabelledImages) throws -> UNet2DConfiguration {
    if let config { return try UNet2DConfiguration(URL(fileURLWithPath: config)) }
    let shape = images.shape
    return .denoiser(
      height: shape.height, width: shape.width, imageChannels: shape.channels,
      channels: try numbers(channels, "--channels"), layers: layers,
      attention: try numbers(attention, "--attention"))
  }

  private func numbers(_ text: String, _ option: String) throws -> [Int] {
    try text.split(separator: ",").map { part in
      guard let number = Int(part), number > 0 else {
        throw ValidationError("\(option) \(text): use numbers such as 32,64.")
      }
      return number
    }
  }
}
