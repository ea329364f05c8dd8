import Datasets
import Support
import TestSupport
import Testing

@Suite struct TinyImageNetTests {
  private func open(
    _ path: String, split: ImageDataset.Split = .training
  ) throws -> any EncodedRecords {
    let format = try #require(try TinyImageNetFormat.probe(try DatasetPlace(path, split: split)))
    return try format.records(classNames: nil)
  }

  private let fixture = "tiny-imagenet"

  @Test(.requiresContainerFixtures) func readsAllParts() throws {
    let expected = try ContainerFixtures.expected(fixture)
    let path = ContainerFixtures.path(fixture)
    let training = try open(path)
    #expect(training.classNames == expected["classes"] as? [String])
    try expectSamples(training, try ContainerFixtures.samples(expected["train"]))
    let validation = try open(path + "/tiny-imagenet-200", split: .validation)
    try expectSamples(validation, try ContainerFixtures.samples(expected["val"]))
    let test = try open(path, split: .test)
    #expect(
      (0..<2).map { test.name(of: $0).description } == expected["test_unlabelled"] as? [String])
    #expect(test.labels == [-1, -1])
    #expect(training.ignored.isEmpty && validation.ignored.isEmpty)
  }

  private func example(rearranged: Bool) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Array("n2\nn1\n".utf8), to: "wnids.txt")
    for name in ["n1/images/n1_0.JPEG", "n1/images/n1_10.JPEG", "n2/images/n2_0.JPEG"] {
      try folder.write(Array(name.utf8), to: "train/" + name)
    }
    try folder.write(Array("n1_0.JPEG\t0\t1\nn1_10.JPEG\t2\t3\n".utf8), to: "train/n1/n1_boxes.txt")
    try folder.write(Array("n2_0.JPEG\t4\t5\n".utf8), to: "train/n2/n2_boxes.txt")
    let rows = "val_1.JPEG\tn2\t0\t0\r\nval_0.JPEG\tn1\t1\t2\r\nval_2.JPEG\tn1\t1\t2\r\n"
    if !rearranged { try folder.write(Array(rows.utf8), to: "val/val_annotations.txt") }
    for (index, name) in ["n1", "n2"].enumerated() {
      try folder.write(
        [UInt8(index)],
        to: rearranged ? "val/\(name)/val_\(index).JPEG" : "val/images/val_\(index).JPEG")
    }
    return folder
  }

  @Test func changesAnnotationsAndNothingElse() throws {
    let folder = try example(rearranged: false)
    let records = try open(folder.path, split: .validation)
    #expect(records.labels == [1, 0, 0])
    #expect(records.problem(of: 2) == "the file is missing")
    let names = try writeCopy(of: records, to: folder.path + "/out", removing: [2]) {
      try $0.replace(1, contents: [9], kind: "png", label: 1)
    }
    #expect(names == ["val/images/val_1.JPEG", "val/images/val_0.png", ""])
    let text = String(decoding: try folder.read("out/val/val_annotations.txt"), as: UTF8.self)
    #expect(text == "val_1.JPEG\tn2\t0\t0\r\nval_0.png\tn2\t1\t2\r\n")
    #expect(try folder.read("out/val/images/val_0.png") == [9])
    #expect(try open(folder.path + "/out", split: .validation).labels == [1, 1])
    #expect(try folder.read("out/train/n2/n2_boxes.txt") == folder.read("train/n2/n2_boxes.txt"))
  }

  @Test func movesTrainingImagesWithTheirBoxes() throws {
    let folder = try example(rearranged: true)
    let records = try open(folder.path)
    #expect(records.labels == [0, 0, 1])
    try writeCopy(of: records, to: folder.path + "/out", removing: [2]) {
      try $0.replace(0, contents: nil, kind: nil, label: 1)
    }
    let copy = try open(folder.path + "/out")
    #expect(copy.labels == [0, 1])
    #expect(copy.name(of: 1) == FileName("train/n2/images/n1_0.JPEG"))
    func text(_ name: String) throws -> String {
      String(decoding: try folder.read("out/train/" + name), as: UTF8.self)
    }
    #expect(try text("n1/n1_boxes.txt") == "n1_10.JPEG\t2\t3\n")
    #expect(try text("n2/n2_boxes.txt") == "n1_0.JPEG\t0\t1\n")
    // As BackdoorBench rearranges it.
    let validation = try open(folder.path, split: .validation)
    #expect(validation.labels == [0, 1])
    #expect(validation.name(of: 1) == FileName("val/n2/val_1.JPEG"))
  }
}
