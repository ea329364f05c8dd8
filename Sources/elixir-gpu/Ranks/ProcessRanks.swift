import ArgumentParser
import Communication
import Foundation

/// A command that shares its work among ranks.
protocol RankedCommand: ParsableCommand {}

/// The ranks that this process belongs to.
enum ProcessRanks {
  /// Joins the ranks that were started; nil for a process by itself.
  ///
  /// What others than rank 0 would print is left out from here on.
  ///
  /// - Throws: `MPIError`, `RankLaunchError`
  static func join() throws -> RankTeam? {
    let (mode, launch) = (try RankLaunch.Mode.chosen(), RankLaunch())
    if mode == .one { return nil }
    if let tasks = RankLaunch.unusedTasks(), mode == nil {
      throw RankLaunchError.notStarted(tasks: tasks)
    }
    guard mode == .mpi || launch != nil else { return nil }
    let communicator = try MPIPlugin.start()
    if let launch, communicator.size != launch.size {
      throw RankLaunchError.alone(found: communicator.size, launch)
    }
    guard communicator.size > 1 else {
      try communicator.finalize()
      return nil
    }
    if communicator.rank > 0 { StandardStream.silence() }
    return RankTeam(communicator) { ElixirCommand.line(for: $0) }
  }

  /// Does a command's work with its ranks, and takes leave of them however it ends.
  ///
  /// A rank that cannot say to rank 0 what went wrong ends all.
  static func with(_ team: RankTeam?, _ body: () throws -> Void) throws {
    guard let team else { return try body() }
    do {
      defer { try? team.end() }
      try body()
    } catch RankError.stopped(let rank, let node) {
      try team.communicator.finalize()
      // Rank 0 was told to stop, too, as a rule.
      try Interruption.check(Interruption.goesOn)
      throw RankError.stopped(rank: rank, node: node)
    } catch RankError.told {
      // Rank 0 ends with the error, and with the exit code.
    } catch {
      guard team.rank == 0, !(error is MPIError) else {
        let name = "rank \(team.rank) (\(team.communicator.node))"
        StandardError.insist("error: \(name): \(ElixirCommand.line(for: error))")
        team.communicator.abort(1)
        throw ExitCode.failure
      }
      try team.communicator.finalize()
      throw error
    }
    try team.communicator.finalize()
  }
}
