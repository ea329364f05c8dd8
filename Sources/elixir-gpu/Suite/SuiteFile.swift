import ArgumentParser
import Support
import Training
import Yams

/// A suite as its file describes it: attacks and methods to try on each other, on one dataset.
///
/// Attacks are subcommands of `poison`, methods are those of `purify` and `detect`, both with the
/// options of the command line.
struct SuiteFile {
  let dataset: String
  let test: String
  let seeds: [UInt64]
  /// Options of `ClassifierArguments`, for every model that is trained.
  let training: [SuiteOption]
  let attacks: [SuiteEntry]
  let methods: [SuiteEntry]

  /// Reads the file; nothing that it names is opened.
  ///
  /// - Throws: `FileError`, or `SuiteFileError` for what cannot be, with its line.
  init(_ path: String) throws {
    let reader = SuiteReader(path: path)
    let fields = try reader.mapping(
      try reader.root(try TextFile.read(path)),
      keys: ["dataset", "test", "seeds", "training", "attacks", "methods"], of: "a suite")
    func field(_ name: String) throws -> Node {
      guard let node = fields.first(where: { $0.key == name })?.value else {
        throw reader.error(nil, "there is no '\(name)'")
      }
      return node
    }
    dataset = try reader.text(try field("dataset"))
    test = try reader.text(try field("test"))
    seeds = try fields.contains { $0.key == "seeds" } ? reader.seeds(try field("seeds")) : [0]
    training =
      try fields.contains { $0.key == "training" }
      ? reader.training(try field("training")) : []
    attacks = try reader.entries(
      try field("attacks"), what: "attack", groups: [.poison], training: training)
    methods = try reader.entries(
      try field("methods"), what: "method", groups: [.purify, .detect], training: training)
  }

  var hasDetectors: Bool { methods.contains { $0.command?.group == .detect } }

  /// One attack, one method and one seed.
  struct Cell {
    var attack: SuiteEntry
    var method: SuiteEntry
    var seed: UInt64

    var name: String { "\(attack.name), \(method.name), seed \(seed)" }
  }

  /// All of them; those of one attack and seed follow each other.
  var cells: [Cell] {
    attacks.flatMap { attack in
      seeds.flatMap { seed in
        methods.map { Cell(attack: attack, method: $0, seed: seed) }
      }
    }
  }

  /// The network of every judge, and its recipe.
  func plan(seed: UInt64) throws -> ClassifierPlan {
    try ClassifierArguments.parse(training.flatMap(\.words)).plan(seed: seed)
  }
}
