import Evaluation
import Foundation
import Support
import TestSupport
import Testing

@Suite struct SuiteTableTests {
  private func cell(
    _ method: String, _ seed: UInt64, tpr: Double?, accuracy: Double, success: Double?,
    remarks: [String] = []
  ) -> SuiteCell {
    SuiteCell(
      attack: "badnets", method: method, seed: seed,
      figures: SuiteFigures(
        truePositiveRate: tpr, falsePositiveRate: tpr.map { 1 - $0 }, labelAccuracy: 0.9,
        before: ModelMetrics(accuracy: 0.95, attackSuccessRate: 1),
        after: ModelMetrics(accuracy: accuracy, attackSuccessRate: success)),
      remarks: remarks)
  }

  private var table: SuiteTable {
    SuiteTable(
      attacks: ["badnets", "sig"], methods: ["none", "a|b"],
      cells: [
        cell("a|b", 1, tpr: 0.75, accuracy: 0.9, success: 0.02),
        cell("a|b", 0, tpr: 0.25, accuracy: 0.8, success: nil, remarks: ["unsure", "odd, too"]),
        cell("none", 0, tpr: 0, accuracy: 0.95, success: 1),
        SuiteCell(
          attack: "badnets", method: "none", seed: 1, figures: nil, remarks: ["no judge"]),
      ])
  }

  /// Means and deviations by hand: 0.25 and 0.75 have the mean 0.5 and, over n − 1, 0.353553; a
  /// seed without a figure does not count.
  @Test func meansOverSeeds() {
    let lines = table.markdown().split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "| attack | method | TPR | FPR | labels | ACC before | ACC | ASR before | ASR |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
        "| badnets | none | 0.0 | 100.0 | 90.0 | 95.0 | 95.0 | 100.0 | 100.0 |",
        "| badnets | a\\|b | 50.0 ± 35.4 | 50.0 ± 35.4 | 90.0 ± 0.0 | 95.0 ± 0.0 | 85.0 ± 7.1 "
          + "| 100.0 ± 0.0 | 2.0 |",
        "- badnets, none, seed 1: no judge",
        "- badnets, a|b, seed 0: unsure",
        "- badnets, a|b, seed 0: odd, too",
      ])
  }

  @Test func aRowForEachCell() throws {
    let folder = try TemporaryFolder()
    try table.write(to: folder.path)
    #expect(
      try CSVFile.read(folder.path + "/table.csv") == [
        [
          "attack", "method", "seed", "truePositiveRate", "falsePositiveRate", "labelAccuracy",
          "accuracyBefore", "accuracyAfter", "successBefore", "successAfter", "remarks",
        ],
        [
          "badnets", "none", "0", "0.000000", "1.000000", "0.900000", "0.950000", "0.950000",
          "1.000000", "1.000000", "",
        ],
        ["badnets", "none", "1", "", "", "", "", "", "", "", "no judge"],
        [
          "badnets", "a|b", "0", "0.250000", "0.750000", "0.900000", "0.950000", "0.800000",
          "1.000000", "", "unsure; odd, too",
        ],
        [
          "badnets", "a|b", "1", "0.750000", "0.250000", "0.900000", "0.950000", "0.900000",
          "1.000000", "0.020000", "",
        ],
      ])
    let picture = String(decoding: try folder.read("table.svg"), as: UTF8.self)
    #expect(picture == table.svg() && picture.contains(">50.0</text>"))
    // A row of an attack without cells is there, and gray.
    #expect(picture.contains(">sig</text>") && picture.contains("#eeeeee"))
    try table.writeReport(seconds: [1, 2, 3.25, 4], to: folder.path)
    let page = String(decoding: try folder.read("report.html"), as: UTF8.self)
    #expect(page.contains("<td>3.2</td>") && page.contains("Warning: badnets, none, seed 1"))
  }
}

@Suite struct JudgeTests {
  /// Of ten labels four are the same: by chance 40 %, so 46 % are needed.
  @Test func needsATenthOfWhatChanceLeaves() {
    let judge = Judge(labels: [0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
    #expect(judge.chance == 0.4 && abs(judge.leastAccuracy - 0.46) < 1e-12)
    func refusal(_ accuracy: Double) -> String? {
      judge.refusal(of: "poisoned", ModelMetrics(accuracy: accuracy, attackSuccessRate: 1))
    }
    #expect(refusal(0.47) == nil)
    #expect(
      refusal(0.45)
        == "the model of the poisoned set did not learn: accuracy 45.0 %, by chance 40.0 %")
  }
}
