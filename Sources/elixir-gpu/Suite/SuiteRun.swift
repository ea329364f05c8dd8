import ArgumentParser
import ComputeBackend
import Datasets
import Evaluation
import Foundation
import Models
import Runs
import Support

/// Runs the cells of a suite that are not finished.
///
/// A cell is one attack, one method and one seed: the attack poisons the dataset, a model is
/// trained on the copy, the method is run on it, and a model is trained on what it leaves. Copies
/// and models are made once for all cells that need them.
final class SuiteRun {
  let suite: SuiteFile
  private let folder: SuiteFolder
  let device: [SuiteOption]
  let run: Run
  let models: ModelStore
  let judge: Judge
  let common: [String: String]
  /// What all methods are tried on, for the latest attack and seed.
  private var prepared: (key: [String], victim: Victim)?

  /// A poisoned copy with the model of it.
  struct Victim {
    var dataset: String
    var model: URL
    var metrics: ModelMetrics
    /// Why it is no judge.
    var refusal: String?
  }

  init(
    _ suite: SuiteFile, in path: String, device: DeviceArguments, _ run: Run
  ) throws {
    self.suite = suite
    self.run = run
    self.device = device.options
    let source = try ImageDataset.open(suite.dataset)
    let test = try ImageDataset.open(suite.test, split: .test, classNames: source.classNames)
    try test.requireShape(source.shape, of: suite.dataset)
    judge = Judge(labels: test.labels)
    let backend = try device.makeBackend()
    folder = try SuiteFolder(path, inputs: [suite.dataset, suite.test])
    models = ModelStore(folder.models, on: backend)
    common = [
      "dataset": try source.fingerprint(), "test": try test.fingerprint(),
      "training": suite.training.flatMap(\.words).joined(separator: " "),
      "device": backend.description.identifier,
      "precision": backend.description.precision.rawValue,
      "program": ElixirCommand.configuration.version,
    ]
  }

  /// Every cell's figures, in the order of the file.
  ///
  /// - Parameter failed: is told which cells fail; the others go on.
  func cells(failed: (_ cell: String, any Error) throws -> Void) throws -> [SuiteFolder.Finished] {
    let all = suite.cells
    return try all.enumerated().compactMap { number, cell in
      do {
        return try result(cell, number: "\(number + 1) of \(all.count)")
      } catch let stop as Interruption {
        throw stop
      } catch {
        try failed(cell.name, error)
        return nil
      }
    }
  }

  private func result(_ cell: SuiteFile.Cell, number: String) throws -> SuiteFolder.Finished {
    let identity = try self.identity(cell)
    let path = try folder.cell(cell.name, identity)
    if let finished = try folder.finished(path) { return finished }
    try run.note("Cell \(number): \(cell.name)")
    let victim = try self.victim(cell)
    var made = SuiteCell(
      attack: cell.attack.name, method: cell.method.name, seed: cell.seed, figures: nil,
      remarks: [])
    var seconds = 0.0
    if let refusal = victim.refusal {
      made.remarks = [refusal]
    } else {
      let start = ContinuousClock.now
      let purified = try purified(cell, of: victim, in: path)
      seconds = (ContinuousClock.now - start) / .seconds(1)
      try measure(cell, victim, purified, into: &made)
    }
    let finished = SuiteFolder.Finished(identity: identity, cell: made, seconds: seconds)
    try folder.finish(path, finished)
    return finished
  }

  /// The poisoned copy and the model of it, made if they are not there.
  private func victim(_ cell: SuiteFile.Cell) throws -> Victim {
    let key = [cell.attack.name, "\(cell.seed)"]
    if let prepared, prepared.key == key { return prepared.victim }
    var dataset = suite.dataset
    if cell.attack.command != nil {
      dataset = try folder.attack(
        "\(cell.attack.name)-\(cell.seed)", try identityOfCopy(cell))
      if try !isMade(dataset) {
        try perform(
          cell.attack.words(
            suite.dataset, output: dataset, seed: cell.seed, given: given(cell.attack)))
      }
    }
    let images = try ImageDataset.open(dataset)
    let plan = try suite.plan(seed: cell.seed)
    let phase = "model of the \(cell.attack.command == nil ? "clean" : "poisoned") set"
    let (network, file) = try models.classifier(
      by: plan, of: images, recordsLosses: suite.hasDetectors, phase: phase, in: run)
    let metrics = try job(cell, dataset, purified: dataset).metrics(of: network)
    let victim = Victim(
      dataset: dataset, model: file, metrics: metrics,
      refusal: judge.refusal(of: "poisoned", metrics))
    prepared = (key, victim)
    return victim
  }
}
