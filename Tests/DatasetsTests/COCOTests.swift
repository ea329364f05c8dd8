import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.requiresContainerFixtures) struct COCOTests {
  private let path = ContainerFixtures.path("lists/coco.json")

  private func open(_ path: String) throws -> any EncodedRecords {
    let place = try DatasetPlace(path, split: .training)
    return try #require(try COCOFormat.probe(place)).records(classNames: nil)
  }

  /// By ascending image id; an image of two categories is a record with a problem.
  @Test func readsInTorchvisionsOrder() throws {
    let expected = try ContainerFixtures.expected("lists")
    let samples = try #require(expected["coco_order"] as? [[String: Any]])
      .sorted { ($0["image_id"] as? Int ?? 0) < ($1["image_id"] as? Int ?? 0) }
    let records = try open(path)
    #expect(records.classNames == ["dog", "ship", "airplane", "cat"])
    try #require(records.labels.count == samples.count)
    for (record, sample) in samples.enumerated() {
      #expect(records.name(of: record).description == sample["key"] as? String)
      let labels = try #require(sample["labels_by_sorted_category_id"] as? [Int])
      if labels.count == 1 {
        #expect(Int(records.labels[record]) == labels[0])
        #expect(records.problem(of: record) == nil)
      } else {
        #expect(records.problem(of: record) == "it has several categories: dog, cat")
      }
    }
  }

  @Test func changesCategoriesAndRemovesImages() throws {
    let records = try open(path)
    let folder = try TemporaryFolder()
    let count = records.labels.count
    try writeCopy(of: records, to: folder.path + "/same")
    #expect(try folder.read("same/coco.json") == RandomAccessFile.contents(path))
    let names = try writeCopy(
      of: records, to: folder.path + "/new", removing: [0, 2, count - 1]
    ) {
      try $0.replace(1, contents: [7], kind: "bmp", label: 0)
    }
    #expect(names[0] == "" && names[1] == "x/001.bmp")
    #expect(try folder.read("new/images/x/001.bmp") == [7])
    let copy = try open(folder.path + "/new/coco.json")
    #expect(copy.labels == [0] + records.labels[3..<count - 1])
    #expect(copy.name(of: 1) == records.name(of: 3))
    let json = try JSONSerialization.jsonObject(with: Data(try folder.read("new/coco.json")))
    let lists = try #require(json as? [String: Any])
    #expect((lists["images"] as? [Any])?.count == count - 3)
  }
}
