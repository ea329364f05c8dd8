import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// `purify DATASET --denoiser D` with nothing tuned: poison is found and repaired, clean data come
/// back.
@Suite(.serialized) struct PlainCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The denoiser inside the program, which knows the shapes.
  private static let shapesDenoiser = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().appendingPathComponent("../../Sources/CBundledDenoiser/model")
    .standardizedFileURL.path
  /// Smaller and shorter than by default, to take seconds; small batches, so that few images teach.
  private static let quick = [
    "--rounds", "2", "--width", "8", "--classifier-batch", "16", "--crop", "0", "--device", "cpu",
  ]

  private func run(_ arguments: [String]) throws -> CommandRun {
    try CommandRun(arguments, in: folder.path)
  }

  private func poison(_ source: String, _ rest: String...) throws {
    let made = try run(
      ["poison", "badnets", source, "--rate", "0.1", "--output", "poisoned"] + rest)
    try #require(made.exitCode == 0, "\(made)")
  }

  /// Shares of poisoned and of clean samples with another label than before.
  private func rates() throws -> (poisoned: Double, clean: Double) {
    let manifest = try #require(
      try JSONSerialization.jsonObject(with: Data(folder.read("poisoned/poison-manifest.json")))
        as? [String: Any])
    let samples = try #require(manifest["samples"] as? [[String: Any]])
    let poisoned = Set(samples.compactMap { $0["index"] as? Int })
    let rows = try CSVFile.read(folder.path + "/out/purified.csv").dropFirst()
    let changed = Set(rows.enumerated().filter { $0.element[2] != $0.element[3] }.map(\.offset))
    return (
      Double(changed.intersection(poisoned).count) / Double(poisoned.count),
      Double(changed.subtracting(poisoned).count) / Double(rows.count - poisoned.count)
    )
  }

  private func report(_ output: String = "out") throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(folder.read(output + "/report.json")))
        as? [String: Any])
  }

  /// The whole demonstration: a thousand shapes, 100 of them with a white square in the corner.
  @Test func theDemonstrationFindsWhatItHides() throws {
    let demo = try run(["demo", "--output", "demo", "--device", "cpu"])
    #expect(demo.exitCode == 0, "\(demo)")
    #expect(demo.output.contains("Target class 0 (disc)"))
    let figures = try #require(
      try JSONSerialization.jsonObject(with: Data(folder.read("demo/figures.json")))
        as? [String: Any])
    #expect((figures["tpr"] as? Double ?? 0) >= 0.95, "\(figures)")
    #expect((figures["fpr"] as? Double ?? 1) <= 0.005, "\(figures)")
    let report = try report("demo/purified")
    #expect(report["outcome"] as? String == "purified")
    // Paths as they are in the output, not where it was made.
    #expect((report["data"] as? [String: Any])?["path"] as? String == "poisoned")
    // The square of 3×3 pixels in the corner was found, and no longer works.
    let regions = try #require(report["triggerRegions"] as? [String: Any])
    let region = try #require(regions["0"] as? [String: Any])
    let square = (29...31).flatMap { y in (29...31).map { y * 32 + $0 } }
    #expect(Set(try #require(region["pixels"] as? [Int])).isSuperset(of: square))
    let attack = try #require(report["attack"] as? [String: Any])
    #expect((attack["victim"] as? Double ?? 0) > 0.9 && (attack["benign"] as? Double ?? 1) < 0.1)
  }

  @Test func cleanShapesComeBackUnchanged() throws {
    try Shapes(seed: 12).writeFolder(folder.path + "/shapes", training: 150, test: 10)
    let purified = try run(
      ["purify", "shapes", "--denoiser", Self.shapesDenoiser, "--output", "out"] + Self.quick)
    #expect(purified.exitCode == 0, "\(purified)")
    #expect(purified.output.contains("No sign of poison was found"))
    let name = "/data_batch_1.bin"
    #expect(try folder.read("out" + name) == folder.read("shapes" + name))
  }

  /// 50 clean digits a class, among which earlier rules found a target by three samples.
  @Test(.requiresFixtures) func fiftyDigitsAClassComeBackUnchanged() throws {
    let cases = Fixtures.shared.appendingPathComponent("cases")
    let tar = Process()
    tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    tar.arguments = [
      "tar", "-C", folder.path, "-xf", cases.appendingPathComponent("cases.tar").path,
      "08-classes-missing/10-folders",
    ]
    try tar.run()
    tar.waitUntilExit()
    let purified = try run([
      "purify", "08-classes-missing/10-folders", "--denoiser",
      cases.appendingPathComponent("digits").path, "--crop", "0", "--width", "8", "--rounds", "2",
      "--classifier-batch", "32", "--output", "out", "--device", "cpu",
    ])
    #expect(purified.exitCode == 0, "\(purified)")
    #expect(try report()["outcome"] as? String == "clean")
    let rows = try CSVFile.read(folder.path + "/out/purified.csv").dropFirst()
    #expect(rows.count == 500 && rows.allSatisfy { $0[2] == $0[3] && $0[4].isEmpty })
  }

  @Test(.requiresFixtures) func poisonedDigitsArePurified() throws {
    let mnist = Fixtures.shared.appendingPathComponent("data/mnist")
    // The first 600 images.
    for (name, header, size) in [
      ("images-idx3-ubyte", 16, 784), ("labels-idx1-ubyte", 8, 1),
    ] {
      var bytes = Array(
        try Data(contentsOf: mnist.appendingPathComponent("untrusted-" + name))
          .prefix(header + 600 * size))
      bytes.replaceSubrange(4..<8, with: [0, 0, 2, 88])
      try folder.write(bytes, to: "digits-" + name)
    }
    try poison("digits-images-idx3-ubyte", "--target", "3")
    let purified = try run([
      "purify", "poisoned", "--denoiser",
      Fixtures.shared.appendingPathComponent("cases/digits").path, "--width", "8", "--rounds", "2",
      "--classifier-batch", "32", "--output", "out", "--device", "cpu",
    ])
    #expect(purified.exitCode == 0, "\(purified)")
    let rates = try rates()
    #expect(rates.poisoned >= 0.95 && rates.clean <= 0.01, "\(rates)")
  }
}
