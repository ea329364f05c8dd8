import Datasets
import Support
import TestSupport
import Testing

@Suite struct SampleIndexFileTests {
  private func example() throws -> (folder: TemporaryFolder, dataset: ImageDataset) {
    let folder = try TemporaryFolder()
    try folder.write(cifarBatch([3, 9, 0, 1, 1]), to: "batch.bin")
    return (folder, try ImageDataset.open(folder.path + "/batch.bin"))
  }

  @Test func readsWhatItWrote() throws {
    let (folder, dataset) = try example()
    let path = folder.path + "/list.txt"
    let fingerprint = try dataset.fingerprint()
    try SampleIndexFile.write(
      [4, 0, 2], fingerprint: fingerprint, remarks: ["method: knn", "k: 2"], to: path)
    #expect(
      String(decoding: try folder.read("list.txt"), as: UTF8.self)
        == "# elixir-gpu sample indices\n# dataset: \(fingerprint)\n"
        + "# method: knn\n# k: 2\n0\n2\n4\n")
    #expect(try SampleIndexFile.read(path, for: dataset) == [0, 2, 4])
    #expect(try folder.entries() == ["batch.bin", "list.txt"])
  }

  @Test(arguments: ["3\n1", "# mine\r\n3\r\n\r\n1\r\n", "\n  3 \n\t1\n#9\n"])
  func readsListsWrittenByHand(text: String) throws {
    let (folder, dataset) = try example()
    try folder.write(Array(text.utf8), to: "list.txt")
    #expect(try SampleIndexFile.read(folder.path + "/list.txt", for: dataset) == [1, 3])
  }

  /// A text and what the error must say after the path.
  @Test(arguments: [
    ("1\ntwo\n", ":2: 'two' is not a sample's index"),
    ("1.5", ":1: '1.5' is not a sample's index"),
    ("1 2", ":1: '1 2' is not a sample's index"),
    ("99999999999999999999", ":1: '99999999999999999999' is not a sample's index"),
    ("# three\n\n5\n", ":3: there is no sample 5 in "),
    ("-1", ":1: there is no sample -1 in "),
    ("2\n0\n2\n", ":3: sample 2 is listed in line 1, too"),
    ("2\n02\n", ":2: sample 2 is listed in line 1, too"),
    ("", ": no sample is listed"),
    ("# only\n# remarks\n", ": no sample is listed"),
    ("# dataset: 0123456789\n1\n", ":1: the list belongs to dataset 0123456789, but "),
    ("# dataset: 0123456789abcdef\n1\n", ":1: its fingerprint is of an earlier version; "),
    ("#\n# dataset:\n1\n", ":2: the list belongs to dataset , but "),
  ])
  func refusesHostileLists(text: String, message: String) throws {
    let (folder, dataset) = try example()
    try folder.write(Array(text.utf8), to: "list.txt")
    let path = folder.path + "/list.txt"
    let error = #expect(throws: FileError.self) {
      try SampleIndexFile.read(path, for: dataset)
    }
    let line = "\(try #require(error))"
    #expect(line.hasPrefix(path + message), "\(line)")
    #expect(!line.contains("\n"))
  }

  @Test func refusesWhatIsNoText() throws {
    let (folder, dataset) = try example()
    try folder.write([0xFF, 0xFE, 0x00], to: "list.txt")
    for (name, message) in [("list.txt", "it is not a text"), ("none", "no such file")] {
      let error = #expect(throws: FileError.self) {
        try SampleIndexFile.read(folder.path + "/" + name, for: dataset)
      }
      #expect("\(try #require(error))".contains(message))
    }
  }

  @Test func replacesOnlyLists() throws {
    let (folder, dataset) = try example()
    let list = folder.path + "/list.txt"
    try SampleIndexFile.check(list, force: false)
    try SampleIndexFile.write(
      [1], fingerprint: try dataset.fingerprint(), remarks: [], to: list)
    #expect(throws: FileError.outputExists(path: list)) {
      try SampleIndexFile.check(list, force: false)
    }
    try SampleIndexFile.check(list, force: true)
    for path in [dataset.path, folder.path] {
      #expect(throws: FileError.self) { try SampleIndexFile.check(path, force: true) }
    }
  }
}
