import Datasets
import Foundation
import Runs
import Support

/// The first pass in shards, which is the expensive part that needs no other sample.
extension DataElixirRun {
  /// Makes the candidates of a shard's samples; its run's folder gets its last name.
  func make(_ shard: Shard, for parts: ShardFolder) throws {
    try parts.install(into: folder)
    let models = try models()
    let samples = shard.samples(of: dataset.count)
    try run.note(
      "Shard \(shard): samples \(samples.lowerBound + 1) to \(samples.upperBound) of "
        + "\(dataset.count)")
    _ = try candidates(by: models, of: samples)
    try run.endRecording()
    try folder.finish(keepsFiles: true)
  }

  /// Puts the shards' candidates together, as one process would have stored them.
  func assemble(_ shards: [Shard], into store: CandidateStore) throws {
    guard let parts = context.parts else { return }
    let count = try run.count("shards", of: dataset.count, done: store.completed)
    let stores = try shards.map { shard in
      let url = parts.finished(shard)
      let part = try CandidateStore(
        directory: url, candidatesPerSample: store.candidatesPerSample,
        imageBytes: dataset.shape.byteCount, classes: dataset.classCount)
      guard part.completed == shard.samples(of: dataset.count).count else {
        throw RunError.damaged(
          path: url.path, reason: "it holds the candidates of \(part.completed) samples")
      }
      return part
    }
    try store.append(stores) { try count($0) }
  }
}
