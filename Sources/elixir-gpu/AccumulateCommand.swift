import Accumulation
import ArgumentParser
import Datasets
import Purification
import Support

/// `elixir-gpu accumulate`: datasets that come one after another, purified into one.
struct AccumulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "accumulate",
    abstract: "Purifies datasets that come one after another, and keeps them as one.",
    discussion: """
      The store is a folder: images (a dataset of class folders), provenance.csv (where each \
      sample came from and what became of it), store.json, and networks, from which the next batch \
      starts. A new batch is purified beside what the store holds, of which nothing is flagged or \
      changed. A run that was stopped goes on from STORE.adding; until it is complete the store is \
      as before.

      Examples:
        elixir-gpu accumulate store --add monday --method random-noise
        elixir-gpu accumulate store --list
        elixir-gpu accumulate store --remove 2
        elixir-gpu accumulate store --export accumulated --layout idx
      """)

  @Argument(help: "The store, a folder; --add makes it.") var store: String

  @Option(help: ArgumentHelp("Purify a dataset and add it.", valueName: "dataset"))
  var add: String?

  @Flag(help: "Show the batches.") var list = false

  @Option(help: ArgumentHelp("Take the samples of a batch out.", valueName: "batch"))
  var remove: Int?

  @Option(help: ArgumentHelp("Copy the accumulated dataset to a folder.", valueName: "dir"))
  var export: String?

  @Option(
    help: ArgumentHelp(
      "With --export: folder (a folder a class), idx (gray images) or cifar (RGB of 32×32).",
      valueName: "layout"))
  var layout: ExportLayout?

  @Flag(help: "With --export, replace a folder that elixir-gpu wrote before.") var force = false

  @OptionGroup var method: BatchMethodArguments

  @OptionGroup(visibility: .hidden) var reading: ReadingArguments

  @OptionGroup var device: DeviceArguments

  func validate() throws {
    guard [add != nil, list, remove != nil, export != nil].count(where: { $0 }) == 1 else {
      throw ValidationError("Give one of --add, --list, --remove and --export.")
    }
    if force && export == nil { throw ValidationError("--force needs --export.") }
    if layout != nil && export == nil { throw ValidationError("--layout needs --export.") }
  }

  func run() throws {
    if let add { return try run(adding: add) }
    if let remove {
      try OutputLock.hold(store)
      let rest = try AccumulationStore.open(store).removing(batch: remove)
      print("Batch \(remove) is taken out of \(store), which holds \(rest.kept.count) samples")
    } else if let export {
      let accumulated = try AccumulationStore.open(store)
      try OutputLock.hold(export)
      try accumulated.export(to: export, layout: layout ?? .folder, force: force)
      print("\(accumulated.kept.count) samples written to \(export)")
    } else {
      print(try AccumulationStore.open(store).table)
    }
  }

  private func run(adding path: String) throws {
    try OutputLock.hold(store)
    let names = try AccumulationStore.classNames(of: store)
    let batch = try ImageDataset.open(path, classNames: names, options: reading.options())
    let result = try method.add(batch, to: store, on: device)
    if result.wasThere {
      print("\(store) has this dataset already, as batch \(result.number)")
    } else {
      print(result.store.table)
      print("Added to \(store) as batch \(result.number)")
    }
  }
}

extension ExportLayout: ExpressibleByArgument {}

extension AccumulationStore {
  /// The batches, a line each.
  fileprivate var table: String {
    func line(_ cells: [String], _ source: String) -> String {
      cells.map { String(repeating: " ", count: max(0, 9 - $0.count)) + $0 }.joined() + "  "
        + source
    }
    let rows = index.batches.map { batch in
      line(
        [batch.number, batch.samples, batch.flagged, batch.changed, batch.leftOut].map(String.init),
        "\(batch.method)  \(batch.source)")
    }
    let heading = line(
      ["batch", "samples", "flagged", "changed", "left out"], "method  dataset")
    return ([heading] + rows + ["\(kept.count) samples of \(index.classNames.count) classes"])
      .joined(separator: "\n")
  }
}
