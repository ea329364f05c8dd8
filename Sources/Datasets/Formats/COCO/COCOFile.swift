import Support

/// The images, annotations and categories of a COCO file, as places in its text.
struct COCOFile: Sendable {
  struct Image: Sendable {
    let id: Int
    /// Where its object is, and in it the name of its file.
    let range: Range<Int>
    let nameRange: Range<Int>
    let name: FileName
  }

  struct Annotation: Sendable {
    let image: Int
    let category: Int
    let range: Range<Int>
    let categoryRange: Range<Int>
  }

  let bytes: [UInt8]
  /// By ascending id, as torchvision goes.
  let images: [Image]
  let annotations: [Annotation]
  /// Of the categories, ascending.
  let categoryIDs: [Int]
  let categoryNames: [String]
  /// All elements of the two lists, in the text's order.
  let imageElements: [Range<Int>]
  let annotationElements: [Range<Int>]

  init(_ bytes: [UInt8], path: String) throws {
    func damaged(_ reason: String) -> FileError {
      .damaged(
        path: path, reason: reason, advice: "give a COCO file of images, annotations, categories")
    }
    guard let top = JSONFields(bytes), let imageElements = top.elements("images"),
      let annotationElements = top.elements("annotations"),
      let categoryElements = top.elements("categories")
    else { throw damaged("it is no JSON object with the lists of COCO") }
    func fields(_ range: Range<Int>) throws -> JSONFields {
      guard let fields = JSONFields(bytes, within: range) else {
        throw damaged("an object at byte \(range.lowerBound) has a key twice")
      }
      return fields
    }
    func number(_ key: String, _ fields: JSONFields, _ range: Range<Int>) throws -> Int {
      guard let number = fields.text(key).flatMap({ Int($0) }) else {
        throw damaged("an object at byte \(range.lowerBound) has no number '\(key)'")
      }
      return number
    }
    self.bytes = bytes
    self.imageElements = imageElements
    self.annotationElements = annotationElements
    images = try imageElements.map { range in
      let object = try fields(range)
      let id = try number("id", object, range)
      guard let text = object.text("file_name"), let nameRange = object.range("file_name"),
        let name = FileName(text).insideArchive
      else { throw damaged("image \(id) has no name of a file below the folder") }
      return Image(id: id, range: range, nameRange: nameRange, name: name)
    }.sorted { $0.id < $1.id }
    annotations = try annotationElements.map { range in
      let object = try fields(range)
      let category = try number("category_id", object, range)
      return Annotation(
        image: try number("image_id", object, range), category: category, range: range,
        categoryRange: object.range("category_id") ?? range)
    }
    let categories = try categoryElements.map { range in
      let object = try fields(range)
      let id = try number("id", object, range)
      return (id: id, name: object.text("name") ?? String(id))
    }.sorted { $0.id < $1.id }
    categoryIDs = categories.map(\.id)
    categoryNames = categories.map(\.name)
    guard Set(images.map(\.id)).count == images.count,
      Set(categoryIDs).count == categoryIDs.count
    else { throw damaged("two images or categories have one id") }
  }

  /// The labels of the images, by their order: the rank of the category; −1 for none, and why some
  /// have none.
  func labels() -> (labels: [Int32], problems: [Int: String]) {
    var found: [Int: Set<Int>] = [:]
    for annotation in annotations {
      found[annotation.image, default: []].insert(annotation.category)
    }
    let ranks = Dictionary(uniqueKeysWithValues: categoryIDs.enumerated().map { ($1, Int32($0)) })
    var problems: [Int: String] = [:]
    let labels = images.enumerated().map { record, image -> Int32 in
      let categories = found[image.id] ?? []
      if categories.count > 1 {
        let names = categories.sorted().map { id in
          ranks[id].map { categoryNames[Int($0)] } ?? String(id)
        }
        problems[record] = "it has several categories: \(names.joined(separator: ", "))"
        return ImageDataset.unlabelled
      }
      guard let category = categories.first else { return ImageDataset.unlabelled }
      guard let rank = ranks[category] else {
        problems[record] = "its category \(category) is not among the categories"
        return ImageDataset.unlabelled
      }
      return rank
    }
    return (labels, problems)
  }

  /// The text with other values in places, and without some elements of the lists.
  func replacing(
    _ changes: [(range: Range<Int>, bytes: [UInt8])], removing removed: Set<Int>
  ) -> [UInt8] {
    let removedIDs = Set(removed.map { images[$0].id })
    let imageRanges = Set(removed.map { images[$0].range })
    let annotationRanges = Set(
      annotations.filter { removedIDs.contains($0.image) }.map(\.range))
    let cuts =
      Self.cuts(imageElements, imageRanges) + Self.cuts(annotationElements, annotationRanges)
    let kept = changes.filter { change in
      !cuts.contains { $0.contains(change.range.lowerBound) }
    }
    var result: [UInt8] = []
    var position = 0
    for change in (kept + cuts.map { ($0, []) }).sorted(by: {
      $0.range.lowerBound < $1.range.lowerBound
    }) {
      result += bytes[position..<change.range.lowerBound] + change.bytes
      position = change.range.upperBound
    }
    return result + bytes[position...]
  }

  /// What to cut of a list, so that commas stand between the elements that stay.
  private static func cuts(
    _ elements: [Range<Int>], _ removed: Set<Range<Int>>
  ) -> [Range<Int>] {
    let lastKept = elements.lastIndex { !removed.contains($0) }
    var cuts: [Range<Int>] = []
    for (place, element) in elements.enumerated() where removed.contains(element) {
      if let lastKept, place < lastKept {
        cuts.append(element.lowerBound..<elements[place + 1].lowerBound)
      }
    }
    guard let last = elements.last, removed.contains(last) else { return cuts }
    let start = lastKept.map { elements[$0].upperBound } ?? elements[0].lowerBound
    return cuts + [start..<last.upperBound]
  }
}
