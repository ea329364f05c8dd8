import Communication
import ComputeBackend
import Datasets
import Devices
import Foundation
import Purification
import Runs
import TestSupport
import Testing
import Training

/// DataElixir on several ranks gives the bytes of one, whatever stops or fails meanwhile.
@Suite struct RankTests {
  private static let world = Result { try SmallWorld() }
  private let world: SmallWorld
  private let output: String

  init() throws {
    world = try Self.world.get()
    output = "ranks-\(UUID().uuidString)"
  }

  /// With a victim that rank 0 trains, and noise that is found.
  private var method: DataElixir {
    var method = world.method
    method.noiseSteps = nil
    method.compatibility = .current
    method.victim.model = nil
    method.victim.plan = ClassifierPlan(width: 4, recipe: world.recipe(epochs: 2))
    return method
  }

  private struct Stop: StoppedWork {}

  /// The outcome of each rank.
  private func run(
    _ size: Int, _ method: DataElixir, _ name: String, batchSize: Int = 16,
    handler: @escaping (_ rank: Int, RunEvent) throws -> Void = { _, _ in },
    change: @escaping (_ rank: Int, inout DataElixir) -> Void = { _, _ in }
  ) -> [Result<Void, any Error>] {
    let (dataset, path) = (world.dataset, world.folder.path + "/" + name)
    return ThreadCommunicator.run(size) { communicator in
      let team = RankTeam(communicator)
      defer { try? team.end() }
      let job = try team.meet {
        var own = method
        change(team.rank, &own)
        var job = PurificationJob(
          dataset: try ImageDataset.open(dataset), purifier: own,
          on: try Devices.make("cpu", options: DeviceOptions(threads: 1)))
        job.batchSize = batchSize
        job.handler = { try handler(team.rank, $0) }
        return job
      }
      if team.rank > 0 { return try job.serve(team) }
      _ = try job.run(output: path, with: team)
    }
  }

  private func alone(_ method: DataElixir) throws -> [String: [UInt8]] {
    let name = output + "-alone"
    _ = try world.job(method).run(output: world.folder.path + "/" + name)
    return try world.contents(name)
  }

  @Test(arguments: [Compatibility.current, .paper])
  func ranksPurifyLikeOne(rules: Compatibility) throws {
    var method = method
    method.compatibility = rules
    if rules == .paper { method.noiseSteps = 6 }
    let whole = try alone(method)
    for (size, batch) in [(2, 16), (3, 7)] {
      for result in run(size, method, "\(output)-\(size)", batchSize: batch) { try result.get() }
      #expect(try world.contents("\(output)-\(size)") == whole, "\(size) ranks")
    }
  }

  @Test func aDenoiserOfTheDatasetIsGivenToAll() throws {
    var method = method
    method.noiseSteps = 6
    method.denoiser = nil
    method.ownDenoiser.steps = 2
    method.ownDenoiser.sifters = 1
    let whole = try alone(method)
    for result in run(2, method, output) { try result.get() }
    #expect(try world.contents(output) == whole)
  }

  @Test func aStoppedRunGoesOnWithAnyNumberOfRanks() throws {
    let whole = try alone(method)
    // Whichever rank is told to stop.
    for (size, stopped) in [(2, 0), (3, 1)] {
      let results = run(size, method, output, batchSize: 8) { rank, event in
        guard rank == stopped else { return }
        switch event {
        case .progress(let progress) where progress.phase == "candidates" && progress.done > 20:
          throw Stop()
        // What ranks other than 0 have instead.
        case .status("candidates", _, _): throw Stop()
        default: break
        }
      }
      if stopped == 0 {
        #expect(throws: Stop.self) { try results[0].get() }
      } else {
        #expect(throws: RankError.stopped(rank: stopped, node: "node\(stopped + 1)")) {
          try results[0].get()
        }
      }
      for result in results.dropFirst() { try result.get() }
      #expect(!FileManager.default.fileExists(atPath: world.folder.path + "/" + output))
    }
    var notes: [String] = []
    let results = run(4, method, output) { rank, event in
      if rank == 0, case .note(let text) = event { notes.append(text) }
    }
    for result in results { try result.get() }
    #expect(notes.contains { $0.hasPrefix("Resuming the unfinished run") })
    #expect(notes.contains("4 ranks: node1 (1), node2 (1), node3 (1), node4 (1)"))
    #expect(try world.contents(output) == whole)
  }

  @Test func ranksOfOtherOptionsAreNamed() throws {
    let results = run(
      3, method, output,
      change: { rank, method in
        if rank == 2 { method.rounds = 3 }
      })
    let error = #expect(throws: RankError.self) { try results[0].get() }
    #expect(
      error?.description.hasPrefix("rank 2 (node3): it differs from rank 0 (rounds: 3, there 2)")
        == true)
    for result in results.dropFirst() { try result.get() }
    #expect(!FileManager.default.fileExists(atPath: world.folder.path + "/\(output).partial"))
  }
}
