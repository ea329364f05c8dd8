import ArgumentParser

/// An option of a subcommand with its value; a flag has none.
struct SuiteOption: Hashable {
  var name: String
  var value: String?

  var words: [String] { ["--" + name] + (value.map { [$0] } ?? []) }
}

/// An attack or a method of a suite: a subcommand with options, or `none`.
struct SuiteEntry {
  /// The commands whose subcommands a suite tries.
  enum Group: String { case poison, purify, detect }

  /// In the table.
  let name: String
  /// Nil for `none`.
  let command: (group: Group, description: CommandDescription)?
  let options: [SuiteOption]

  /// What the suite decides for all.
  static let reserved: Set = [
    "output", "force", "seed", "device", "threads", "kernels", "precision", "prune", "truth",
    "scores", "evidence", "help", "version",
  ]

  /// The options that a file may give, hidden ones left out.
  static func options(of description: CommandDescription) -> [String] {
    description.options.filter { !reserved.contains($0) }
  }

  /// A command line.
  ///
  /// - Parameter given: options that it gets if it knows them and the file does not choose them.
  func words(
    _ dataset: String, output: String, seed: UInt64, given: [SuiteOption]
  ) -> [String] {
    guard let (group, description) = command else {
      preconditionFailure("SuiteEntry: \(name) has no command")
    }
    let chosen = Set(options.map(\.name))
    let more = given.filter {
      !chosen.contains($0.name) && description.argument($0.name) != nil
    }
    return [group.rawValue, description.commandName, dataset, "--output", output]
      + ["--seed", "\(seed)"] + (options + more).flatMap(\.words)
  }

  /// Whether it trains classifiers by the options of `ClassifierArguments`.
  var trainsClassifiers: Bool {
    command?.description.argument("classifier-batch") != nil
  }
}
