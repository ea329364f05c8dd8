import Communication
import Datasets
import Diffusion
import Foundation
import Models
import Runs
import Support
import Training

/// Rank 0's hold on the ranks of a run of DataElixir.
///
/// Every rank computes for its part of the samples; all decisions, files and trainings are rank
/// 0's.
struct DataElixirRanks {
  let team: RankTeam
  /// Rank 0's own.
  let part: RankPart

  /// - Throws: `RankError`, unless all ranks have the same options and data.
  init(_ options: DataElixir, in context: PurificationContext, _ team: RankTeam) throws {
    self.team = team
    part = RankPart(options, context.dataset, context.devices, team)
    try tell(.join(identity: try options.rankIdentity(context.dataset, on: context.devices)))
    let machines = Dictionary(grouping: team.nodes) { $0 }.mapValues(\.count)
      .sorted { $0.key < $1.key }.map { "\($0) (\($1))" }.joined(separator: ", ")
    try context.run.note("\(team.size) ranks: \(machines)")
  }

  /// Gives all ranks a denoiser that was made of the dataset.
  func send(_ denoiser: URL) throws {
    let files = try DenoiserFiles(denoiser).all.map { url in
      (url.lastPathComponent, Data(try RandomAccessFile.contents(url.path)))
    }
    try tell(.denoiser(files: Dictionary(uniqueKeysWithValues: files)))
  }

  /// Gives all ranks the victim.
  ///
  /// - Parameter file: where it is, unless the options name it.
  func send(_ victim: ClassifierLabels, file: URL?) throws {
    part.take(victim)
    try tell(.victim(try file.map { Data(try RandomAccessFile.contents($0.path)) }))
  }

  /// Completes a store, as `CandidateConstruction.run` does.
  ///
  /// Each rank makes the candidates of one batch, or of its share of what is left, before all are
  /// stored.
  ///
  /// - Parameter look: what the construction is of.
  func run(
    _ construction: CandidateConstruction, _ look: DataElixirRequest.Look,
    into store: CandidateStore, progress: (_ samples: Double) throws -> Void
  ) throws -> [AnomalyFilter.Finding] {
    let total = construction.samples.count
    if store.completed < total { try tell(.look(look)) }
    while store.completed < total {
      let done = store.completed
      let count = min(team.size * look.batchSize, total - done)
      let first = construction.samples.lowerBound + done
      let pieces = try ask(.candidates(of: first..<first + count)) {
        try progress(Double(done) + min($0 * Double(team.size), Double(count)))
      }.compactMap(\.candidates)
      for piece in pieces { try piece.append(to: store) }
      try progress(Double(store.completed))
    }
    return (0..<total).map {
      construction.finding(store.labels(of: $0), of: construction.samples.lowerBound + $0)
    }
  }

  /// The labels of samples of the dataset after one round.
  func round(_ samples: [Int], noiseSteps: Int, batchSize: Int) throws -> [Int] {
    try ask(.round(of: samples, noiseSteps: noiseSteps, batchSize: batchSize)) { _ in }
      .compactMap(\.labels).joined().flatMap { $0 }
  }

  /// The victim's labels of grafts' recipients.
  func labels(of grafts: [Graft]) throws -> [[Int]] {
    try ask(.grafts(grafts)) { _ in }.compactMap(\.labels).flatMap { $0 }
  }

  private func ask(
    _ request: DataElixirRequest, progress: (Double) throws -> Void
  ) throws -> [DataElixirAnswer] {
    try team.ask(request) { try part.answer(request, progress: progress) }
  }

  /// A request that asks for nothing of rank 0 but what it has.
  private func tell(_ request: DataElixirRequest) throws {
    if case .look = request {
      _ = try ask(request) { _ in }
    } else {
      _ = try team.ask(request) { DataElixirAnswer.ready }
    }
  }
}
