import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct WebDatasetTests {
  private func open(
    _ path: String, options: DatasetOptions = DatasetOptions(), classNames: [String]? = nil
  ) throws -> any EncodedRecords {
    let place = try DatasetPlace(path, split: .training, options: options)
    return try #require(try WebDatasetFormat.probe(place)).records(classNames: classNames)
  }

  private func cases() throws -> [[String: Any]] {
    try #require(try ContainerFixtures.expected("webdataset")["cases"] as? [[String: Any]])
  }

  /// Keys, labels and pixels as the webdataset package reads them.
  @Test(.requiresContainerFixtures) func readsWhatWebdatasetReads() throws {
    var compared = 0
    for expected in try cases() where expected["error"] == nil {
      let pattern = try #require(expected["pattern"] as? String)
      let records = try open(ContainerFixtures.path("webdataset") + "/" + pattern)
      let samples = try #require(expected["samples"] as? [[String: Any]])
      try #require(records.labels.count == samples.count, "\(pattern)")
      var keys: [String: Int] = [:]
      for (record, sample) in samples.enumerated() {
        let key = try #require(sample["key"] as? String)
        keys[key, default: 0] += 1
        let suffix = keys[key] == 1 ? "" : "#\(keys[key] ?? 0)"
        #expect(records.name(of: record) == FileName(key + suffix), "\(pattern)")
        let json = sample["json"] as? [String: Any]
        let label = (sample["label"] ?? json?["label"]) as? Int
        #expect(Int(records.labels[record]) == label ?? -1, "\(pattern) \(key)")
        let fields = try #require(sample["fields"] as? [String])
        let field = fields.first { $0.hasSuffix("png") || $0.hasSuffix("jpg") }
        guard let field, let image = sample[field] as? [String: Any] else {
          #expect(records.problem(of: record) == "the sample has no image, only cls")
          continue
        }
        let bytes = try records.contents(of: record, first: nil)
        guard field.hasSuffix("png") else {
          #expect(bytes.starts(with: [0xFF, 0xD8]) && bytes.suffix(2) == [0xFF, 0xD9])
          continue
        }
        let pixels = try PNG.decode(bytes, channels: 3).pixels
        #expect(SHA256.hexDigest(pixels) == image["sha256"] as? String, "\(pattern) \(key)")
        compared += 1
      }
    }
    #expect(compared > 40)
  }

  @Test(.requiresContainerFixtures) func namesWhatItIgnores() throws {
    let records = try open(ContainerFixtures.path("webdataset") + "/upper.tar")
    #expect(records.ignored.map(\.name) == ["._a.png", ".DS_Store", "noext", "__meta__/x.json"])
    let links = try open(ContainerFixtures.path("webdataset") + "/links.tar")
    #expect(
      links.ignored.map(\.reason) == Array(repeating: "a link, which is not followed", count: 2))
    let json = try open(ContainerFixtures.path("webdataset") + "/json.tar")
    #expect(
      json.classNames == ["airplane", "1", "2", "cat", "4", "dog", "6", "7", "ship"])
  }

  @Test(
    .requiresContainerFixtures,
    arguments: [
      ("repeat.tar", "the sample a has the field png twice"),
      ("truncated.tar", "it is cut short in the"), ("checksum.tar", "wrong checksum"),
    ])
  func refusesDamagedArchives(file: String, message: String) throws {
    let error = #expect(throws: FileError.self) {
      try open(ContainerFixtures.path("webdataset") + "/" + file)
    }
    #expect("\(try #require(error))".contains(message))
  }

  /// Every archive comes back to the byte; changed ones differ in the changed members only.
  @Test(.requiresContainerFixtures) func writesBackByteForByte() throws {
    let output = try TemporaryFolder()
    for expected in try cases() where expected["error"] == nil {
      let pattern = try #require(expected["pattern"] as? String)
      let folder = ContainerFixtures.path("webdataset")
      try writeCopy(of: try open(folder + "/" + pattern), to: output.path + "/" + pattern)
      for name in try output.entries(pattern) {
        let bytes = try RandomAccessFile.contents(folder + "/" + name)
        #expect(try output.read(pattern + "/" + name) == bytes, "\(name)")
      }
    }
  }

  @Test(
    .requiresContainerFixtures,
    arguments: ["json.tar", "no-end.tar", "long-pax.tar", "compressed.tar.gz"])
  func changesOnlyWhatIsReplaced(file: String) throws {
    let records = try open(ContainerFixtures.path("webdataset") + "/" + file)
    let output = try TemporaryFolder()
    let isJSON = file.hasPrefix("json") || file.hasPrefix("no")
    let image = [UInt8](repeating: 7, count: 1000)
    let names = try writeCopy(of: records, to: output.path + "/out", removing: isJSON ? [2] : []) {
      try $0.replace(1, contents: image, kind: isJSON ? nil : "bmp", label: isJSON ? 5 : nil)
    }
    #expect(names[0] == records.name(of: 0).description)
    let copy = try open(output.path + "/out/" + file)
    let kept = records.labels.indices.filter { !isJSON || $0 != 2 }
    try #require(copy.labels.count == kept.count)
    for (new, old) in kept.enumerated() {
      #expect(copy.name(of: new) == records.name(of: old))
      #expect(copy.labels[new] == (old == 1 && isJSON ? 5 : records.labels[old]))
      #expect(
        try copy.contents(of: new, first: nil)
          == (old == 1 ? image : records.contents(of: old, first: nil)))
    }
    let bytes = try output.read("out/" + file)
    guard !file.hasSuffix("gz") else {
      #expect(bytes.starts(with: [0x1F, 0x8B]))
      return
    }
    #expect(bytes.count % (file == "no-end.tar" ? 512 : 10_240) == 0)
    if isJSON {
      // The class's name beside the number, and the caption behind it.
      let text = try TarArchive(FileName(output.path + "/out/" + file))
      let json = String(decoding: try text.contents(of: text.members[2]), as: UTF8.self)
      #expect(json.contains("\"class_name\": \"dog\"") && json.contains("\"label\": 5"))
    }
  }

  @Test func changesOneValueOfAnObject() throws {
    let text = #"{"a": {"label": 1}, "label" : 3 , "t": "x,\"}", "n": [1, {"label": 2}]}"#
    let fields = try #require(JSONFields(Array(text.utf8)))
    #expect(fields.fields.map(\.key) == ["a", "label", "t", "n"])
    #expect(fields.text("label") == "3")
    #expect(fields.text("t") == "x,\"}")
    let changed = String(decoding: try fields.replacing("label", with: "12"), as: UTF8.self)
    #expect(changed == text.replacingOccurrences(of: "3 ,", with: "12 ,"))
    #expect(JSONFields(Array("[1]".utf8)) == nil)
    #expect(JSONFields(Array(#"{"a": 1, "a": 2}"#.utf8)) == nil)
  }

  @Test func expandsRanges() {
    #expect(WebDatasetFormat.range("a/{08..10}.tar") == ["a/08.tar", "a/09.tar", "a/10.tar"])
    #expect(WebDatasetFormat.range("a/{x..y}.tar") == nil)
    #expect(WebDatasetFormat.range("a.tar") == nil)
  }

  /// Numbers of GNU's binary form, and sizes that reach beyond the file.
  @Test func checksSizes() throws {
    let folder = try TemporaryFolder()
    var header = TarHeader(name: Array("a.png".utf8), type: 0x30, size: 0)
    #expect(header.isValid && header.contentSize == 0)
    header.setSize(5)
    try folder.write(header.bytes + [1, 2, 3, 4, 5], to: "short.tar")
    #expect(try open(folder.path + "/short.tar").contents(of: 0, first: nil) == [1, 2, 3, 4, 5])
    header.setSize(1 << 30)
    try folder.write(header.bytes + [1, 2, 3, 4, 5], to: "bad.tar")
    let error = #expect(throws: FileError.self) { try open(folder.path + "/bad.tar") }
    #expect("\(try #require(error))".contains("cut short in the member a.png"))
    try folder.write([UInt8](repeating: 65, count: 600), to: "text.tar")
    #expect(throws: FileError.self) { try open(folder.path + "/text.tar") }
    var binary = header.bytes
    binary.replaceSubrange(124..<136, with: [0x80] + [UInt8](repeating: 0, count: 10) + [9])
    #expect(TarHeader(binary).contentSize == 9)
    binary[125] = 1
    #expect(TarHeader(binary).contentSize == nil)
  }
}
