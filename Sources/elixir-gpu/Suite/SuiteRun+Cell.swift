import ArgumentParser
import Datasets
import Evaluation
import Foundation
import Models
import Support

extension SuiteRun {
  /// What the method leaves of the poisoned copy.
  func purified(
    _ cell: SuiteFile.Cell, of victim: Victim, in path: String
  ) throws -> String {
    guard let (group, _) = cell.method.command else { return victim.dataset }
    let output = path + "/purified"
    if try isMade(output) { return output }
    var given = given(cell.method)
    if cell.attack.command != nil {
      given.append(SuiteOption(name: "truth", value: victim.dataset))
    }
    // A model that the method would train by the same recipe and seed.
    given.append(SuiteOption(name: "victim", value: victim.model.path))
    if group == .purify {
      given.append(SuiteOption(name: "prune", value: nil))
      try perform(cell.method.words(victim.dataset, output: output, seed: cell.seed, given: given))
      return output
    }
    let list = path + "/trusted.txt"
    if try !isMade(list) {
      given.append(SuiteOption(name: "scores", value: path + "/scores.csv"))
      try perform(cell.method.words(victim.dataset, output: list, seed: cell.seed, given: given))
    }
    let poisoned = try ImageDataset.open(victim.dataset)
    if try SampleIndexFile.read(list, for: poisoned).count == poisoned.count {
      return victim.dataset
    }
    try perform(
      ["purify", "reference-only", victim.dataset, "--reference", list, "--output", output]
        + ["--prune"] + device.flatMap(\.words))
    return output
  }

  /// Whether an output is there; a run that was killed at its very end is ended.
  func isMade(_ output: String) throws -> Bool {
    guard Directory.kind(FileName(output)) != nil else { return false }
    try OutputLock.finish(output)
    return true
  }

  /// Runs a command of the program; an unsure result is a result.
  func perform(_ words: [String]) throws {
    var command = try ElixirCommand.command(of: words)
    do {
      try command.run()
    } catch let code as ExitCode where code.rawValue == PurificationArguments.unsure {}
  }

  /// The options that an entry gets from the suite, if its command knows them.
  func given(_ entry: SuiteEntry) -> [SuiteOption] {
    device + (entry.trainsClassifiers ? suite.training : [])
  }

  func job(
    _ cell: SuiteFile.Cell, _ poisoned: String, purified: String
  ) throws -> EvaluationJob {
    try EvaluationJob(
      purified: purified, poisoned: poisoned, test: suite.test, clean: nil,
      isUnmanipulated: cell.attack.command == nil, plan: try suite.plan(seed: cell.seed))
  }

  /// Compares what a method left with the ground truth, and trains the model of it.
  func measure(
    _ cell: SuiteFile.Cell, _ victim: Victim, _ purified: String, into made: inout SuiteCell
  ) throws {
    let job = try job(cell, victim.dataset, purified: purified)
    let (network, _) = try models.classifier(
      by: job.plan, of: job.purified, phase: "model of the purified set", in: run)
    var after = try job.metrics(of: network)
    made.remarks = try Self.doubts(in: purified)
    if let reason = job.unlearned(victim.metrics) { made.remarks.append(reason) }
    if let refusal = judge.refusal(of: "purified", after) {
      made.remarks.append(refusal)
      after.attackSuccessRate = nil
    }
    made.figures = try job.figures(before: victim.metrics, after: after)
  }

  /// Why a purification calls its result unsure; empty if it does not.
  private static func doubts(in purified: String) throws -> [String] {
    struct Report: Decodable {
      var doubts: [String]
    }
    let path = purified + "/report.json"
    guard Directory.kind(FileName(path)) != nil else { return [] }
    let data = Data(try RandomAccessFile.contents(path))
    return try JSONDecoder().decode(Report.self, from: data).doubts.map { "result unsure: " + $0 }
  }

  /// What a cell's figures depend on.
  func identity(_ cell: SuiteFile.Cell) throws -> [String: String] {
    var identity = try identityOfCopy(cell).merging(common) { $1 }
    identity["method"] = Self.text(cell.method)
    identity.merge(try Self.files(cell.method)) { $1 }
    return identity
  }

  /// What a poisoned copy depends on.
  func identityOfCopy(_ cell: SuiteFile.Cell) throws -> [String: String] {
    var identity = common
    identity["test"] = nil
    identity["attack"] = Self.text(cell.attack)
    identity["seed"] = "\(cell.seed)"
    identity.merge(try Self.files(cell.attack)) { $1 }
    return identity
  }

  private static func text(_ entry: SuiteEntry) -> String {
    let id = entry.command?.description.commandName ?? "none"
    return ([id] + entry.options.flatMap(\.words)).joined(separator: " ")
  }

  /// Checksums of the files and folders that options name.
  private static func files(_ entry: SuiteEntry) throws -> [String: String] {
    var found: [String: String] = [:]
    for path in entry.options.compactMap(\.value) {
      switch Directory.kind(FileName(path)) {
      case .file, .directory:
        found[path] = try ModelFiles.checksum(path) ?? ImageDataset.open(path).fingerprint()
      default: break
      }
    }
    return found
  }
}

extension DeviceArguments {
  /// As they were given.
  var options: [SuiteOption] {
    var options = [
      SuiteOption(name: "device", value: device),
      SuiteOption(name: "precision", value: precision.rawValue),
    ]
    if let threads { options.append(SuiteOption(name: "threads", value: "\(threads)")) }
    if let kernels { options.append(SuiteOption(name: "kernels", value: kernels)) }
    return options
  }
}
