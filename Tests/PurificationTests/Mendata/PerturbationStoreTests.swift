import Foundation
import Purification
import TestSupport
import Testing

@Suite struct PerturbationStoreTests {
  private let folder: TemporaryFolder
  private var url: URL { URL(fileURLWithPath: folder.path + "/perturbations") }

  init() throws { folder = try TemporaryFolder() }

  private func store(_ count: Int) throws -> PerturbationStore {
    try PerturbationStore(url, elements: 2, byteCount: count)
  }

  @Test func theLatestRecordCounts() throws {
    let first = try store(0)
    try first.append([1, -2, 3, 4], of: [7, 2])
    try first.append([0.5, 0.25], of: [7])
    #expect(try first.perturbations(of: [2, 7, 5]) == [3, 4, 0.5, 0.25, 0, 0])
    #expect(first.greatest == [7: 0.5, 2: 4])
    #expect(first.squaredNorms == [7: 0.3125, 2: 25])
    let again = try store(first.byteCount)
    #expect(try again.perturbations(of: [2, 7, 5]) == [3, 4, 0.5, 0.25, 0, 0])
    #expect(again.greatest == first.greatest && again.squaredNorms == first.squaredNorms)
  }

  @Test func forgetsWhatFollowsTheLastWholeRound() throws {
    let first = try store(0)
    try first.append([1, -2, 3, 4], of: [7, 2])
    let whole = first.byteCount
    try first.append([9, 9], of: [7])
    let again = try store(whole)
    #expect(try again.perturbations(of: [7]) == [1, -2])
    #expect(again.byteCount == whole)
  }

  @Test func aShorterFileIsDamaged() throws {
    try store(0).append([1, 2], of: [0])
    #expect {
      _ = try store(60)
    } throws: {
      "\($0)".contains("20 bytes instead of 60")
    }
  }
}
