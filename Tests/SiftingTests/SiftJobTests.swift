import Datasets
import Devices
import Foundation
import Sifting
import Support
import TestSupport
import Testing

@Suite struct SiftJobTests {
  /// 100 shapes in ten classes.
  private func job(_ folder: TemporaryFolder, _ quota: SiftQuota) throws -> SiftJob {
    if !FileManager.default.fileExists(atPath: folder.path + "/data") {
      try Shapes(seed: 8).writeFolder(folder.path + "/data", training: 100, test: 10)
    }
    var recipe = SifterRecipe(.resNet20, width: 4)
    recipe.minimumSteps = 2
    recipe.batchSize = 50
    var method = MetaSift(recipe)
    method.sifters = 2
    return SiftJob(
      dataset: try ImageDataset.open(folder.path + "/data"), method: method, quota: quota,
      on: try Devices.make("cpu"))
  }

  @Test func writesAllThatIsAskedFor() throws {
    let folder = try TemporaryFolder()
    var job = try job(folder, .perClass(3))
    job.truth = [0, 1, 2, 3, 4]
    job.tablePath = folder.path + "/weights.csv"
    job.reportPath = folder.path + "/sift.html"
    job.subsetPath = folder.path + "/subset"
    let result = try job.run(output: folder.path + "/clean.txt")
    let list = try SampleIndexFile.read(folder.path + "/clean.txt", for: job.dataset)
    #expect(list == result.samples && list.count == 30)
    #expect(Set(list.map { job.dataset.labels[$0] }).count == 10)
    let rows = try CSVFile.read(folder.path + "/weights.csv")
    #expect(rows[0] == ["sample", "label", "weight", "dilutedLoss", "loss", "listed"])
    #expect(rows.count == 101)
    #expect(rows.dropFirst().indices.filter { rows[$0][5] == "1" }.map { $0 - 1 } == list)
    // Of each class no sample that is left out has a higher weight than one that is listed.
    for name in job.dataset.classNames {
      let weights = { (listed: String) in
        rows.filter { $0[1] == name && $0[5] == listed }.compactMap { Double($0[2]) }
      }
      #expect((weights("1").min() ?? 0) >= (weights("0").max() ?? 1), "\(name)")
    }
    let subset = try ImageDataset.open(folder.path + "/subset")
    #expect(subset.count == 30)
    #expect(try subset.images(0..<30) == job.dataset.images(list))
    let page = try String(contentsOfFile: folder.path + "/sift.html", encoding: .utf8)
    for text in ["lowest loss", "random", "NCR", "data:image/png"] { #expect(page.contains(text)) }
    #expect(result.choices.map(\.name) == ["Meta-Sift", "lowest loss", "random"])
    #expect(result.choices.allSatisfy { $0.samples.count == 30 && $0.corruption != nil })
    #expect(result.choices[0].shared == 1)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/clean.txt.partial"))
  }

  /// Another number of samples is no other run: finished sifters serve it, too.
  @Test func sharesUnfinishedRunsBetweenQuotas() throws {
    struct Killed: Error {}
    let folder = try TemporaryFolder()
    let output = folder.path + "/clean.txt"
    var killed = try job(folder, .perClass(3))
    killed.handler = { event in
      if case .progress(let progress) = event, progress.done > 0.6 * Double(progress.total) {
        throw Killed()
      }
    }
    #expect(throws: Killed.self) { try killed.run(output: output) }
    #expect(FileManager.default.fileExists(atPath: output + ".partial/sifter-1.safetensors"))
    let resumed = try job(folder, .total(20)).run(output: output)
    let whole = try job(folder, .total(20)).run(output: folder.path + "/other.txt")
    #expect(resumed.samples == whole.samples && resumed.samples.count == 20)
    #expect(try folder.read("clean.txt") == folder.read("other.txt"))
  }

  @Test func refusesBeforeAnyWork() throws {
    let folder = try TemporaryFolder()
    let many = try job(folder, .perClass(11))
    let output = folder.path + "/clean.txt"
    #expect(throws: SiftingError.samplesPerClass(11, name: "disc", count: 10)) {
      try many.run(output: output)
    }
    try folder.write(Array("mine".utf8), to: "clean.txt")
    #expect(throws: FileError.outputExists(path: output)) {
      try job(folder, .perClass(1)).run(output: output)
    }
    var foreign = try job(folder, .perClass(1))
    foreign.tablePath = output
    #expect(throws: FileError.self) { try foreign.run(output: folder.path + "/list.txt") }
    foreign.tablePath = nil
    foreign.reportPath = output
    #expect(throws: FileError.self) { try foreign.run(output: folder.path + "/list.txt") }
    #expect(try folder.read("clean.txt") == Array("mine".utf8))
    var inside = try job(folder, .perClass(1))
    inside.subsetPath = folder.path + "/data/subset"
    #expect(throws: FileError.self) { try inside.run(output: folder.path + "/list.txt") }
    #expect(try !folder.entries().contains { $0.hasSuffix(".partial") })
  }
}
