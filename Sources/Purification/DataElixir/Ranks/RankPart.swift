import Communication
import ComputeBackend
import Datasets
import Training

/// A rank's part of a run of DataElixir: its copies of the networks, and what it does with them.
final class RankPart {
  private let options: DataElixir
  private let dataset: ImageDataset
  private let devices: DevicePool
  private let rank: Int
  private let size: Int
  private var networks: CandidateNetworks?
  private var victim: ClassifierLabels?
  private var construction: CandidateConstruction?

  init(_ options: DataElixir, _ dataset: ImageDataset, _ devices: DevicePool, _ team: RankTeam) {
    self.options = options
    self.dataset = dataset
    self.devices = devices
    rank = team.rank
    size = team.size
  }

  /// On rank 0, which has them.
  func take(_ networks: CandidateNetworks) { self.networks = networks }
  func take(_ victim: ClassifierLabels) { self.victim = victim }

  /// - Parameter progress: told how many samples' worth of candidates are done.
  func answer(
    _ request: DataElixirRequest, progress: (Double) throws -> Void
  ) throws -> DataElixirAnswer {
    switch request {
    case .join, .denoiser, .victim: preconditionFailure("RankPart: a request of another kind")
    case .look(let look):
      let images: any LabelledImages =
        look.samples.map { ImageSelection(dataset, indices: $0) } ?? dataset
      let networks = needed(networks)
      construction = networks.construction(
        of: images,
        by: try networks.generators(
          noiseSteps: look.noiseSteps, victim: needed(victim), isSecond: look.isSecond),
        batchSize: look.batchSize)
      construction?.keepsAllImages = look.keepsAllImages
      return .ready
    case .candidates(let samples):
      var construction = needed(construction)
      let own = Self.part(rank, of: size, samples.count)
      let first = samples.lowerBound
      construction.samples = first + own.lowerBound..<first + own.upperBound
      let piece = CandidatePiece()
      try construction.run(into: piece, progress: progress)
      return .candidates(piece)
    case .round(let samples, let noiseSteps, let batchSize):
      let networks = needed(networks)
      let own = Array(samples[Self.part(rank, of: size, samples.count)])
      return .labels([
        try networks.round(
          own, of: dataset,
          by: try networks.generators(
            noiseSteps: noiseSteps, victim: needed(victim), isSecond: true), batchSize: batchSize)
      ])
    case .grafts(let grafts):
      let units = Self.part(rank, of: size, (grafts.count + Graft.unit - 1) / Graft.unit)
      let own = grafts[
        min(
          units.lowerBound * Graft.unit, grafts.count)..<min(
            units.upperBound * Graft.unit, grafts.count)]
      return .labels(try needed(victim).labels(of: Array(own), in: dataset))
    }
  }

  /// The rank's share of so many things in a row: as many as any other's, or one less.
  static func part(_ rank: Int, of size: Int, _ count: Int) -> Range<Int> {
    count * rank / size..<count * (rank + 1) / size
  }

  private func needed<Value>(_ value: Value?) -> Value {
    guard let value else { preconditionFailure("RankPart: \(Value.self) was not told") }
    return value
  }
}
