import Attacks
import Datasets
import Evaluation
import Foundation
import Support
import TestSupport
import Testing
import Training

@Suite struct RestorationMetricsTests {
  private func flagged(
    _ score: Float, _ label: Int32, _ confidence: Double, isKept: Bool
  ) -> RestorationRecord {
    RestorationRecord(
      isFlagged: true, score: score, label: label, confidence: confidence, isKept: isKept)
  }

  /// Samples 0 and 1 are poisoned, 0, 1 and 2 flagged; 1 got a wrong label of which the classifier
  /// was so unsure that it was left out.
  ///
  /// By their scores the poisoned ones are the first and the third: ½·1 + ½·⅔ = 5/6.
  @Test func byHand() throws {
    let records = [
      flagged(0.1, 0, 0.9, isKept: true), flagged(0.2, 2, 0.5, isKept: false),
      flagged(0.3, 2, 0.7, isKept: true),
      RestorationRecord(isFlagged: false, score: 0.4, label: 0),
      RestorationRecord(isFlagged: false, score: 0.5, label: 1),
      RestorationRecord(isFlagged: false, score: 0.15, label: 2),
    ]
    var measured: [Int] = []
    let found = RestorationMetrics(
      records, original: [0, 1, 2, 0, 1, 2], poisoned: [0, 1],
      distance: { sample -> Double in
        measured.append(sample)
        return 0.25
      })
    // Neither a false flag nor what was left out.
    #expect(measured == [0])
    #expect(found.flagged == 3 && found.kept == 2)
    #expect(found.precision == 2 / 3.0)
    #expect(found.recall == 1)
    let area = try #require(found.precisionRecallArea)
    #expect(abs(area - 5 / 6.0) < 1e-12)
    #expect(found.averagePixelDistance == 0.25)
    #expect(found.labelRestorationAccuracy == 1)
    let (shares, rights): ([Double], [Double]) = ([1 / 3.0, 2 / 3.0, 1], [1, 1, 2 / 3.0])
    #expect(found.quality.map(\.confidence) == [0.9, 0.7, 0.5])
    #expect(found.quality.map(\.kept) == shares)
    #expect(found.quality.map(\.accuracy) == rights)
    #expect(found.qualitySVG().contains("chosen: 66.7 % kept"))
  }

  @Test func whatCannotBeSaidIsNil() {
    let records = [RestorationRecord](
      repeating: RestorationRecord(isFlagged: false, label: 1), count: 3)
    let found = RestorationMetrics(
      records, original: [1, 1, 1], poisoned: [2], distance: nil)
    #expect(found.precision == nil && found.recall == 0 && found.precisionRecallArea == nil)
    #expect(found.averagePixelDistance == nil && found.labelRestorationAccuracy == nil)
    #expect(found.quality.isEmpty && found.keptShare == nil)
  }

  /// A tenth of 40 images in class folders is poisoned; of the four, three are flagged, one of them
  /// is left out, and restored bytes are 51 from those before the attack: 0.2.
  @Test(arguments: [true, false]) func ofADataset(inFolders: Bool) throws {
    let folder = try TemporaryFolder()
    if inFolders {
      for index in 0..<40 {
        let name = "in/\(Shapes.classNames[index % 10])/\(index).png"
        try folder.write([], to: name)
        try PNG.write(Shapes(seed: 2).image(index), to: folder.path + "/" + name)
      }
    } else {
      try Shapes(seed: 2).writeFolder(folder.path + "/in", training: 40, test: 10)
    }
    let clean = try ImageDataset.open(folder.path + "/in")
    let attack = BadNets(
      labels: .allToOne(target: 1), selection: PoisonSelection(rate: 0.1, seed: 3))
    let manifest = try attack.plan(for: clean, AttackContext(surrogate: nil))
      .write(to: folder.path + "/poisoned", force: true)
    let poisoned = try ImageDataset.open(folder.path + "/poisoned")
    let samples = manifest.samples
    let writer = try DatasetWriter(copying: poisoned, to: folder.path + "/purified")
    try writer.remove([samples[2].index])
    for (place, sample) in samples.prefix(2).enumerated() {
      let source = try #require(
        clean.labels.indices.first { clean.name(of: $0) == sample.sourceName })
      let bytes = try clean.images([source]).map { $0 < 128 ? $0 + 51 : $0 - 51 }
      // The first gets its label back.
      try writer.replace(
        sample.index, image: bytes, label: place == 0 ? sample.originalLabel : 1)
    }
    let names = try writer.finishLayout()
    let table = try CSVFile(
      writer.path + "/purified.csv",
      columns: ["sample", "flagged", "score", "newLabel", "confidence", "kept", "purifiedName"])
    for sample in 0..<40 {
      let name = poisoned.name(of: sample)
      switch samples.firstIndex(where: { $0.index == sample }) {
      case 0:
        let label = samples[0].originalLabel
        try table.append([name, "yes", "0.1", String(label), "0.9", "yes", names[sample]])
      case 1: try table.append([name, "yes", "0.1", "1", "0.85", "yes", names[sample]])
      case 2: try table.append([name, "yes", "0.2", "1", "0.3", "no", names[sample]])
      default:
        try table.append(
          [name, "no", "0.9", String(poisoned.labels[sample]), "", "yes", names[sample]])
      }
    }
    try table.close()
    try writer.commit()
    let job = try EvaluationJob(
      purified: folder.path + "/purified", poisoned: folder.path + "/poisoned",
      test: folder.path + "/in", clean: folder.path + "/in", plan: ClassifierPlan())
    let found = try #require(try job.restoration())
    #expect(found.flagged == 3 && found.kept == 2)
    #expect(found.precision == 1 && found.recall == 0.75)
    let distance = try #require(found.averagePixelDistance)
    #expect(abs(distance - 0.2) < 1e-12)
    #expect(found.labelRestorationAccuracy == 0.5)
    #expect(try job.precisionRecallSVG(title: "a")?.contains("a: ") == true)
    let rest = try #require(try job.unflagged())
    #expect(rest.count == 37 && rest.labels.count == 37)
    // Another dataset's table.
    let path = folder.path + "/purified/purified.csv"
    let wrong = try CSVFile(
      path, columns: ["sample", "flagged", "score", "newLabel", "confidence", "kept"])
    try wrong.append(["none", "no", "", "1", "", "yes"])
    try wrong.close()
    #expect(throws: FileError.self) { try job.restoration() }
    // One of a method that restores nothing.
    let other = try CSVFile(path, columns: ["sample", "purifiedName"])
    try other.close()
    #expect(try job.restoration() == nil)
  }
}
