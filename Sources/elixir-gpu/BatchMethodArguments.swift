import Accumulation
import ArgumentParser
import Datasets
import Purification

/// How a batch is purified that is added to a store.
struct BatchMethodArguments: ParsableArguments {
  enum Method: String, ExpressibleByArgument, CaseIterable {
    case pdAutoR = "pd-autor"
    case randomNoise = "random-noise"
  }

  @Option(help: "How a batch is purified.")
  var method = Method.pdAutoR

  @OptionGroup var restorer: RestorerArguments

  @OptionGroup(visibility: .hidden) var classifier: ClassifierArguments

  @Option(help: ArgumentHelp("σ of random-noise, in 1/255.", visibility: .hidden))
  var deviation: Float = 8

  @Option(help: "Determines all noise, initial weights and orders.")
  var seed: UInt64 = 0

  @Option(help: "Images that go through networks at once; changes speed and memory only.")
  var batch = 128

  func validate() throws {
    if batch < 1 { throw ValidationError("--batch \(batch): use at least 1.") }
  }

  typealias Result = (store: AccumulationStore, number: Int, wasThere: Bool)

  func add(
    _ dataset: ImageDataset, to store: String, on device: DeviceArguments
  ) throws -> Result {
    switch method {
    case .pdAutoR: try run(pdAutoR, dataset, to: store, on: device)
    case .randomNoise:
      try run(RandomNoise(deviation: deviation, seed: seed), dataset, to: store, on: device)
    }
  }

  private var pdAutoR: PDAutoR {
    var purifier = PDAutoR(
      recipe: restorer.recipe, threshold: restorer.threshold, seed: seed)
    purifier.victim.plan = classifier.plan(seed: seed)
    return purifier
  }

  private func run(
    _ purifier: some BatchPurifier, _ dataset: ImageDataset, to store: String,
    on device: DeviceArguments
  ) throws -> Result {
    var job = AccumulationJob(
      adding: dataset, to: store, purifier: purifier, on: try device.makeBackend())
    job.batchSize = batch
    job.handler = RunConsole(interrupted: "the same command goes on from here").show
    return try job.run()
  }
}
