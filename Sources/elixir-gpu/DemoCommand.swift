import ArgumentParser
import Attacks
import Datasets
import Evaluation
import Foundation
import Models
import Purification
import Runs
import Support
import Training

/// `elixir-gpu demo`: poisons and purifies a small generated dataset, with nothing to download.
struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Poisons a small generated dataset, purifies it, and shows before and after.",
    discussion: """
      Draws coloured shapes of ten classes, stamps a white square on a tenth of them and labels \
      those 'disc' (BadNets), purifies the result with the denoiser inside the program, and trains \
      models on the poisoned and the purified set. All steps are those of the other commands, and \
      what they write stays in the output folder; look at purified/grid.png and \
      purified/report.html.

      Examples:
        elixir-gpu demo --output demo-output
        elixir-gpu demo --output demo-output --device opencl --force
        elixir-gpu demo --shapes-only 20000 --seed 1000 --output shapes
      """)

  @OptionGroup var destination: OutputArguments

  @Option(help: "Images to poison and purify.")
  var images = 1000

  @Option(help: ArgumentHelp("Only write so many images, to train a denoiser on.", valueName: "n"))
  var shapesOnly: Int?

  @Option(help: "Determines the images and everything after.")
  var seed: UInt64 = 0

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    let most = 1_000_000
    guard (200...most).contains(images) else {
      throw ValidationError("--images \(images): use 200 to \(most).")
    }
    if let shapesOnly, !(10...most).contains(shapesOnly) {
      throw ValidationError("--shapes-only \(shapesOnly): use 10 to \(most).")
    }
  }

  func run() throws {
    try destination.check(inputs: [])
    if let shapesOnly {
      try Shapes(seed: seed).writeFolder(
        destination.output, training: shapesOnly, test: shapesOnly / 10,
        force: destination.force)
      print("Written \(shapesOnly) images to \(destination.output)")
      return
    }
    let backend = try device.makeBackend()
    print("Device \(backend.description.identifier): \(backend.description.name)")
    let clock = ContinuousClock()
    let start = clock.now
    let folder = try AtomicDirectory(destination.output, force: destination.force)
    // From within, so that reports name folders as they lie beside each other, not where they were
    // made.
    let before = FileManager.default.currentDirectoryPath
    guard FileManager.default.changeCurrentDirectoryPath(folder.path) else {
      throw FileError.unwritable(path: folder.path, reason: "it cannot be entered")
    }
    defer { _ = FileManager.default.changeCurrentDirectoryPath(before) }
    let paths = Paths()
    try Shapes(seed: seed).writeFolder(paths.clean, training: images, test: images / 3)
    try poison(paths)
    try BundledDenoiser.write(to: paths.denoiser)

    var job = PurificationJob(
      dataset: try ImageDataset.open(paths.poisoned), purifier: method(paths), on: backend)
    job.batchSize = 64
    job.keepsFiles = false
    job.handler = RunConsole().show
    print(try job.run(output: paths.purified).summary)

    let evaluation = try EvaluationJob(
      purified: paths.purified, poisoned: paths.poisoned, test: paths.clean, clean: nil,
      plan: plan)
    let result = try evaluation.run(on: backend, in: .onConsole())
    try TextFile.write(try result.json(), to: folder.path + "/figures.json")
    try writeGrid(paths, to: folder.path + "/grid.png")
    try folder.commit()
    print(result.table())
    let seconds = Int((clock.now - start) / .seconds(1))
    print("Written to \(destination.output) in \(seconds) s: see grid.png and purified/report.html")
  }

  /// The folders of a demonstration.
  private struct Paths {
    let clean = "clean"
    let poisoned = "poisoned"
    let denoiser = "denoiser"
    let purified = "purified"
  }

  private var plan: ClassifierPlan {
    ClassifierPlan(
      .resNet20, width: 8,
      recipe: ClassifierRecipe(
        // Small batches, no window that cuts the corner off: 14 epochs of a thousand images teach
        // the trigger, and so do as many steps on fewer.
        epochs: max(14, 14_000 / images), batchSize: 16, seed: seed))
  }

  private func method(_ paths: Paths) -> DataElixir {
    var method = DataElixir(denoiser: paths.denoiser)
    method.victim.plan = plan
    method.seed = seed
    return method
  }

  private func poison(_ paths: Paths) throws {
    let clean = try ImageDataset.open(paths.clean)
    let attack = BadNets(
      labels: .allToOne(target: 0), selection: PoisonSelection(rate: 0.1, seed: seed))
    let manifest = try attack.plan(for: clean, AttackContext()).write(to: paths.poisoned)
    print("Poisoned \(manifest.samples.count) of \(clean.count) images: white square, label disc")
  }

  /// Original, poisoned and purified image of some poisoned samples.
  private func writeGrid(_ paths: Paths, to path: String) throws {
    let manifest = try PoisonManifest.load(paths.poisoned)
    let sets = try [paths.clean, paths.poisoned, paths.purified].map { try ImageDataset.open($0) }
    let titles = ["original", "poisoned", "purified"]
    // Two groups of three columns side by side.
    var grid = ImageGrid(columnTitles: titles + titles, scale: 3)
    let samples = manifest.samples.prefix(16).map(\.index)
    let half = samples.count / 2
    for row in 0..<half {
      grid.rows.append(
        try [row, row + half].flatMap { position in
          try sets.map { set in
            let sample = samples[position]
            let label = set.labels[sample]
            return ImageGrid.Cell(
              image: try set.image(sample), caption: set.classNames[Int(label)],
              frame: label == sets[0].labels[sample] ? .green : .red)
          }
        })
    }
    try PNG.write(grid.render(), to: path)
  }
}
