import Datasets
import Foundation
import Purification
import Support
import TestSupport
import Testing

/// `report.html` and what it is made of.
@Suite struct PurificationPageTests {
  private static let world = Result { try SmallWorld() }
  private let world: SmallWorld
  private let output = "page-\(UUID().uuidString)"

  init() throws { world = try Self.world.get() }

  private var path: String { world.folder.path + "/" + output }

  private func text(_ name: String) throws -> String {
    String(decoding: try world.folder.read(output + "/" + name), as: UTF8.self)
  }

  private func edit(_ name: String, _ change: (inout [String: Any]) -> Void) throws {
    let data = Data(try world.folder.read(output + "/" + name))
    var json = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    change(&json)
    try world.folder.write(
      Array(try JSONSerialization.data(withJSONObject: json)), to: output + "/" + name)
  }

  @Test func theVerdictComesFirst() throws {
    let report = try world.job().run(output: path)
    let page = try text("report.html")
    #expect(report.headline.standing == .poisoned)
    #expect(report.headline.sentence.contains("the images and labels of 24 were repaired"))
    let start = try #require(page.range(of: "<h1>")?.upperBound)
    #expect(page[start...].hasPrefix("These data are poisoned: "))
    // Rows are the old labels: 24 samples of the classes 1, 2 and 3 were labelled 0.
    #expect(page.contains(">10</td>") && page.contains(">7</td>"))
    for title in ["Before and after", "Labels along the restorations", "How to reproduce"] {
      #expect(page.contains(">\(title)</h2>"))
    }
    #expect(page.contains("candidate 6, called "))
  }

  /// Every method's report is read back, and its page made anew, from the files it wrote.
  @Test func thePageIsMadeOfTheOtherFiles() throws {
    var noise = RandomNoise(deviation: 8, seed: 3)
    noise.reference.source = .list(path: world.folder.path + "/list.txt")
    try world.folder.write(Array("0\n1\n2\n".utf8), to: "list.txt")
    var kept = ReferenceOnly()
    kept.reference.source = noise.reference.source
    for method in [world.method, noise, kept] as [any Purifier] {
      let before = try makePage(method)
      try FileManager.default.removeItem(atPath: path + "/report.html")
      try PurificationReports.rebuildPage(of: path)
      #expect(try text("report.html") == before)
      try FileManager.default.removeItem(atPath: path)
    }
  }

  private func makePage<Method: Purifier>(_ method: Method) throws -> String {
    var job = try world.job(method)
    job.command = "elixir-gpu purify 'my data'"
    let report = try job.run(output: path)
    let read = try JSONText.read(
      PurificationReport<Method>.self, from: path + "/report.json")
    #expect(read.headline == report.headline && read.doubts == report.doubts)
    #expect(try JSONText.indented(read) + "\n" == text("report.json"))
    let page = try text("report.html")
    #expect(page.contains("elixir-gpu purify &#39;my data&#39;"))
    return page
  }

  @Test func classNamesAreNoMarkup() throws {
    _ = try world.job().run(output: path)
    let name = "<img src=x onerror=alert(1)>"
    try edit("report.json") { json in
      var data = json["data"] as? [String: Any] ?? [:]
      data["classNames"] = (0..<4).map { "\(name)\($0)" }
      json["data"] = data
    }
    try PurificationReports.rebuildPage(of: path)
    let page = try text("report.html")
    #expect(!page.contains("<img src=x") && page.contains("&lt;img src=x onerror"))
  }

  @Test func filesThatDoNotFitAreRefused() throws {
    _ = try world.job().run(output: path)
    func error() -> String {
      do {
        try PurificationReports.rebuildPage(of: path)
        return ""
      } catch { return "\(error)" }
    }
    let (report, table) = (try text("report.json"), try text("purified.csv"))
    try edit("report.json") { $0["schema"] = 2 }
    #expect(error().contains("it has schema 2"))
    try edit("report.json") { json in
      json["schema"] = 1
      json["device"] = 5
    }
    #expect(error().contains("report.json: device is not what it should be"))
    try world.folder.write(Array(report.utf8), to: output + "/report.json")
    try world.folder.write(Array((table + table).utf8), to: output + "/purified.csv")
    #expect(error().contains("purified.csv: row 162 is not of this dataset"))
    try world.folder.write(
      Array(table.split(separator: "\n").dropLast().joined(separator: "\n").utf8),
      to: output + "/purified.csv")
    #expect(error().contains("159 samples instead of 160"))
    try world.folder.write(Array(table.utf8), to: output + "/purified.csv")
    try PNG.write(
      RasterImage(shape: ImageShape(height: 3, width: 3, channels: 1), filledWith: 0),
      to: path + "/samples.png")
    #expect(error().contains("samples.png: "))
  }

  /// 50,000 samples of 1,000 classes, with pictures of 64 × 64 pixels that do not compress.
  @Test func aLargeDatasetHasASmallPage() throws {
    _ = try world.job().run(output: path)
    let (samples, classes, side) = (50_000, 1000, 64)
    var random = SystemRandomNumberGenerator()
    try edit("report.json") { json in
      var data = json["data"] as? [String: Any] ?? [:]
      data["samples"] = samples
      data["classNames"] = (0..<classes).map { "a class with the number \($0)" }
      json["data"] = data
      let entries = (0..<35).map { place -> [String: Any] in
        var entry: [String: Any] = [
          "index": place, "name": "images/\(place).png", "oldLabel": 0, "newLabel": 1,
          "greatestChange": 255, "victimLabel": 0,
          "candidateLabels": [Int](repeating: 1, count: 12),
          "shown": place % 3 == 0 || place >= 24 ? Array(0..<12) : [],
        ]
        if place >= 24 { entry["doubt"] = "its restorations do not agree" }
        return entry
      }
      json["gallery"] = [
        "picture": ["height": side, "width": side, "channels": 3],
        "candidate": ["height": 32, "width": 32, "channels": 3], "samples": entries,
      ]
    }
    let sheet = ImageShape(height: 35 * side, width: 3 * side + 12 * 32, channels: 3)
    try PNG.write(
      RasterImage(
        shape: sheet,
        pixels: (0..<sheet.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }),
      to: path + "/samples.png")
    let rows = (0..<samples).map { sample in
      let label = sample % classes
      return "images/\(sample).png,S,\(label),\((label + sample % 7) % classes),0.1,"
        + "\(label):3 \((label + 1) % classes):9,images/\(sample).png,carrier"
    }
    let heading = try text("purified.csv").prefix { $0 != "\n" }
    try world.folder.write(
      Array(([String(heading)] + rows).joined(separator: "\n").utf8),
      to: output + "/purified.csv")
    try PurificationReports.rebuildPage(of: path)
    let size = try world.folder.read(output + "/report.html").count
    #expect(size < 3_000_000, "\(size) bytes")
  }
}
