import Communication
import ComputeBackend
import TestSupport
import Testing

/// Rank 0 asks, all answer, and what fails anywhere is rank 0's error.
@Suite struct RankTeamTests {
  private struct Failure: Error, CustomStringConvertible {
    var description: String { "the disk is full" }
  }

  private struct Stop: StoppedWork {}

  /// Each rank answers a number by it times its rank plus one, or fails as `fail` says.
  private func run(
    _ size: Int, requests: [Int] = [10], fail: @escaping (_ rank: Int) throws -> Void = { _ in }
  ) -> [Result<[[Int]], any Error>] {
    ThreadCommunicator.run(size) { communicator in
      let team = RankTeam(communicator)
      try team.meet {}
      func answer(_ number: Int) throws -> Int {
        try fail(team.rank)
        return number * (team.rank + 1)
      }
      guard team.rank == 0 else {
        try team.serve(answer)
        return []
      }
      defer { try? team.end() }
      return try requests.map { number in try team.ask(number) { try answer(number) } }
    }
  }

  @Test(arguments: 1...4)
  func allRanksAnswerInTheirOrder(size: Int) throws {
    let results = run(size, requests: [10, 7])
    #expect(results.count == size)
    let asked = try results[0].get()
    #expect(asked == [10, 7].map { number in (1...size).map { number * $0 } })
    for result in results { _ = try result.get() }
  }

  @Test func aProcessByItselfIsATeam() throws {
    let team = RankTeam(SingleRank())
    #expect(try team.meet { 3 } == 3)
    #expect(try team.ask("seven") { 7 } == [7])
    try team.end()
  }

  @Test func theFailureOfAnyRankIsTheFirstOnesAndLetsAllGo() throws {
    let results = run(3) { if $0 == 1 { throw Failure() } }
    #expect(throws: RankError.failed(rank: 1, node: "node2", reason: "the disk is full")) {
      try results[0].get()
    }
    for result in results.dropFirst() { _ = try result.get() }
    // Its own comes first.
    #expect(throws: Failure.self) { try run(3) { _ in throw Failure() }[0].get() }
  }

  @Test func aRankThatWasStoppedStopsAll() throws {
    #expect(throws: RankError.stopped(rank: 2, node: "node3")) {
      try run(3) { if $0 == 2 { throw Stop() } }[0].get()
    }
  }

  @Test func memoryThatIsNotEnoughIsKnownAsSuch() throws {
    let error = #expect(throws: BackendError.self) {
      try run(2) {
        if $0 == 1 { throw BackendError.outOfMemory(bytes: 8, device: "opencl:1") }
      }[0].get()
    }
    #expect(error == .outOfMemory(bytes: 8, device: "opencl:1 of rank 1 (node2)"))
  }

  @Test func afterAFailureRankZeroMayAskAgain() throws {
    let results = ThreadCommunicator.run(2) { communicator -> [Int] in
      let team = RankTeam(communicator)
      try team.meet {}
      guard team.rank == 0 else {
        try team.serve { (number: Int) throws -> Int in
          if number == 1 { throw Failure() }
          return number
        }
        return []
      }
      defer { try? team.end() }
      #expect(throws: RankError.self) { try team.ask(1) { 0 } }
      return try team.ask(2) { 0 }
    }
    #expect(try results[0].get() == [0, 2])
  }

  @Test func ranksThatCannotBeginAreNamed() throws {
    let results = ThreadCommunicator.run(3) { communicator in
      let team = RankTeam(communicator)
      try team.meet { if team.rank == 2 { throw Failure() } }
      Issue.record("rank \(team.rank) went on")
    }
    #expect(throws: RankError.failed(rank: 2, node: "node3", reason: "the disk is full")) {
      try results[0].get()
    }
    for result in results.dropFirst() { #expect(throws: RankError.told) { try result.get() } }
  }
}
