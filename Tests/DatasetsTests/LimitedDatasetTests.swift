import Datasets
import TestSupport
import Testing

/// A few samples of a dataset, for a trial.
@Suite struct LimitedDatasetTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try Shapes(seed: 3).writeFolder(folder.path + "/shapes", training: 97, test: 10)
  }

  private func open(limit: Int?) throws -> ImageDataset {
    var options = DatasetOptions()
    options.limit = limit
    return try ImageDataset.open(folder.path + "/shapes", options: options)
  }

  @Test func takesOfEachClassItsShare() throws {
    let (all, trial) = (try open(limit: nil), try open(limit: 30))
    #expect(all.leftOutCount == 0 && trial.count + trial.leftOutCount == all.count)
    for label in 0..<Int32(all.classCount) {
      let (whole, few) = (all.labels.count { $0 == label }, trial.labels.count { $0 == label })
      #expect(abs(Double(few) - Double(whole * 30) / 97) < 1)
    }
    let names = Set((0..<all.count).map { all.name(of: $0) })
    #expect((0..<trial.count).allSatisfy { names.contains(trial.name(of: $0)) })
    #expect(try trial.fingerprint() != all.fingerprint())
    #expect(try trial.fingerprint() == open(limit: 30).fingerprint())
    #expect(try open(limit: 97).fingerprint() == all.fingerprint())
  }

  @Test func aCopyHasNoOthers() throws {
    let trial = try open(limit: 12)
    let writer = try DatasetWriter(copying: trial, to: folder.path + "/copy")
    try writer.commit()
    let copy = try ImageDataset.open(folder.path + "/copy")
    #expect(copy.count == 12 && copy.classCount == trial.classCount)
    #expect(try copy.images(0..<12) == trial.images(0..<12))
    #expect(copy.labels == trial.labels)
  }
}
