import Communication
import Runs

extension PurificationJob where Method == DataElixir {
  /// Runs with the help of the other ranks, which `serve` meanwhile: the same bytes as alone.
  ///
  /// Candidates, the noise search, second looks and transplants are shared; trainings, detectors,
  /// decisions and files are rank 0's.
  ///
  /// - Throws: `RankError` where another rank fails, and as `run` does.
  public func run(
    output: String, force: Bool = false, with team: RankTeam
  ) throws -> PurificationReport<DataElixir> {
    var job = self
    job.team = team
    return try job.run(output: output, force: force)
  }

  /// Answers rank 0 until its run ends; writes nothing.
  ///
  /// A handler that throws stops the work, which rank 0 is told.
  public func serve(_ team: RankTeam) throws {
    let server = RankServer(
      options: purifier, dataset: dataset, devices: devices, run: Run(handler: handler),
      part: RankPart(purifier, dataset, devices, team))
    try team.serve { try server.answer($0) }
  }
}
