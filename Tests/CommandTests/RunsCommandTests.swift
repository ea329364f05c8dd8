import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct RunsCommandTests {
  /// A dataset whose names are hostile, and two runs over it that differ in one list of trusted
  /// samples.
  private static func runs() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (place, name) in ["=1+1.png", "b\u{1B}[2J.png", "c.png", "d.png"].enumerated() {
      let pixels = (0..<8 * 8 * 3).map { UInt8(($0 * 7 + place * 50) % 256) }
      let image = RasterImage(shape: ImageShape(height: 8, width: 8, channels: 3), pixels: pixels)
      let label = place % 2 == 0 ? "cat" : "dog"
      try folder.write(try PNG.encode(image), to: "photos/\(label)/\(name)")
    }
    for output in ["first", "second"] {
      let run = try CommandRun(
        [
          "purify", "random-noise", "photos", "--sigma", output == "first" ? "16" : "20",
          "--device", "cpu", "--output", output,
        ], in: folder.path)
      try #require(run.exitCode == 0, "\(run)")
    }
    return folder
  }

  @Test func listsShowsComparesAndExports() throws {
    let folder = try Self.runs()
    func runs(_ arguments: String...) throws -> CommandRun {
      try CommandRun(["runs"] + arguments, in: folder.path)
    }
    let list = try runs("list")
    let lines = list.output.split(separator: "\n")
    #expect(list.exitCode == 0 && lines.count == 3, "\(list)")
    #expect(lines[1].hasPrefix("first.run") && lines[1].contains("random-noise"), "\(list)")
    #expect(lines[1].contains("complete"), "\(list)")

    let show = try runs("show", "first")
    for text in ["purify random-noise photos", "Settings", "Inputs", "dataset: ", "Phases"] {
      #expect(show.output.contains(text), "\(show)")
    }

    let same = try runs("diff", "first", "first.run/run.sqlite")
    #expect(same.exitCode == 0, "\(same)")
    let other = try runs("diff", "first", "second")
    #expect(other.exitCode == 3 && other.output.contains("4 samples differ"), "\(other)")
    #expect(other.output.contains("\\x1B[2J") && !other.output.contains("\u{1B}"), "\(other)")

    #expect(try runs("export", "first", "--output", "s.csv").exitCode == 0)
    // Read as it stands, with the apostrophe that keeps a cell from being a formula.
    let text = try String(decoding: folder.read("s.csv"), as: UTF8.self)
    #expect(text.hasPrefix("sample,name,oldLabel,newLabel,"))
    #expect(try CSVFile.read(folder.path + "/s.csv").count == 5)
    #expect(try runs("export", "first", "--view", "facts", "--output", "f.json").exitCode == 0)
    let facts = try JSONSerialization.jsonObject(with: Data(folder.read("f.json")))
    let seed = (facts as? [[String: String]])?.first { $0["name"] == "seed" }
    #expect(seed == ["kind": "parameter", "name": "seed", "value": "0"])
  }

  @Test func failsWithOneLine() throws {
    let folder = try Self.runs()
    func line(_ arguments: String...) throws -> String? {
      try CommandRun(["runs"] + arguments, in: folder.path).errorLine
    }
    #expect(try line("show", "photos")?.contains("photos: no run is recorded here") == true)
    try folder.write([1], to: "taken.csv")
    #expect(try line("export", "first", "--output", "taken.csv")?.contains("taken.csv") == true)
    try folder.write([UInt8](repeating: 7, count: 4096), to: "first.run/run.sqlite")
    #expect(try line("show", "first")?.contains("first.run/run.sqlite is damaged") == true)
    let list = try CommandRun(["runs", "list"], in: folder.path)
    #expect(list.exitCode == 1 && list.output.contains("second.run"), "\(list)")
  }
}
