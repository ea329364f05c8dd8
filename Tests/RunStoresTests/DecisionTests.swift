import Foundation
import GRDB
import Runs
import RunStores
import Support
import TestSupport
import Testing

@Suite struct DecisionTests {
  private let folder: TemporaryFolder
  private var path: String { folder.path + "/run.sqlite" }
  private static let origin = RunOrigin(commandLine: "elixir-gpu purify x", version: "1")

  init() throws { folder = try TemporaryFolder() }

  /// A store of three samples of two classes.
  private func made() throws -> RunStore {
    let store = try RunStore(path, .run(Self.origin))
    try store.record(classes: ["cat", "dog"])
    try store.record(
      (0..<3).map {
        SampleRecord(
          sample: $0, name: "\($0).png", oldLabel: $0 % 2, newLabel: 0, purifiedName: "\($0).png")
      })
    return store
  }

  @Test func theLastDecisionStandsAndIsUndoneByItsStep() throws {
    let store = try made()
    try store.decide(.accept, samples: [0, 1, 2])
    try store.decide(.relabel(1), samples: [2, 0])
    #expect(try store.standingDecisions() == [0: .relabel(1), 1: .accept, 2: .relabel(1)])
    #expect(try store.undo() == [2, 0])
    #expect(try store.standingDecisions() == [0: .accept, 1: .accept, 2: .accept])
    try store.decide(.reject, samples: [1])
    #expect(try store.undo() == [1])
    #expect(try store.undo() == [0, 1, 2])
    #expect(try store.undo() == [])
    #expect(try store.standingDecisions() == [:])
    #expect(try store.decisions().map(\.step) == [1, 1, 1, 2, 2, 3])
    #expect(try store.decisions().allSatisfy { $0.undoneAt != nil })
  }

  @Test func aStepIsTakenWholeOrNotAtAll() throws {
    let store = try made()
    #expect(throws: RunStoreError.unknownSample(path: path, sample: 3)) {
      try store.decide(.reject, samples: [0, 3])
    }
    #expect(throws: RunStoreError.unknownLabel(path: path, label: 2)) {
      try store.decide(.relabel(2), samples: [0])
    }
    #expect(try store.decisions().isEmpty)
  }

  @Test func decisionsOutliveTheProcessAndNarrowTheView() throws {
    try made().close()
    do {
      let store = try RunStore(path, .review)
      try store.decide(.reject, samples: [1])
      // Left open, as by a process that is killed.
      #expect(try RunStore(path, .reading).standingDecisions() == [1: .reject])
      #expect(try store.samples(SampleQuery(undecided: true)).map(\.sample) == [0, 2])
      #expect(try store.count(SampleQuery(label: 1, undecided: true)) == 0)
    }
    let reader = try RunStore(of: folder.path)
    #expect(try reader.samples(SampleQuery(changed: true)).map(\.sample) == [1])
    #expect(throws: RunStoreError.self) { try reader.decide(.accept, samples: [0]) }
  }
}
