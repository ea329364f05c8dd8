import Checkpoints
import Critic
import Foundation
import Runs
import Support

/// What Mendata keeps after each round, in the run's folder.
///
/// `mendata.json` names the critic's file and how much of `perturbations` counts; it is replaced
/// after both are on the disk, so a killed run goes on from its last whole round.
struct MendataState: Codable {
  var rounds: [MendataRound] = []
  var perturbationBytes = 0
  /// l_δ, once it is known.
  var stepSize: Double?

  private static let file = "mendata.json"
  static let perturbations = "perturbations"

  /// The critic after the last round.
  func critic(in folder: URL) -> URL {
    folder.appendingPathComponent("critic-\(rounds.count).safetensors")
  }

  /// The saved state, or that of a beginning.
  static func load(from folder: URL) throws -> MendataState {
    let url = folder.appendingPathComponent(file)
    guard Directory.kind(FileName(url.path)) != nil else { return MendataState() }
    let data = Data(try RandomAccessFile.contents(url.path))
    do {
      return try JSONDecoder().decode(MendataState.self, from: data)
    } catch {
      throw RunError.damaged(path: url.path, reason: "it is not a state of Mendata")
    }
  }

  /// Saves the state after a round.
  mutating func save(_ store: PerturbationStore, _ trainer: CriticTrainer, to folder: URL) throws {
    try store.flush()
    perturbationBytes = store.byteCount
    try trainer.save(to: critic(in: folder))
    try JSONText.write(self, to: folder.appendingPathComponent(Self.file).path)
    // The state before is not needed any more.
    var previous = self
    previous.rounds.removeLast()
    try? FileManager.default.removeItem(at: previous.critic(in: folder))
  }
}
