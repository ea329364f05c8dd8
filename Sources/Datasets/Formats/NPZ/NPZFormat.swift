import Foundation
import Support

extension ImageDataset.Format {
  public static let npz = Self(rawValue: "NumPy arrays")
}

/// Arrays of images and labels in an `.npz` archive, as MedMNIST's and Keras's, or in a pair of
/// `.npy` files.
struct NPZFormat: DatasetFormat {
  static let expectation = "an .npz archive of images and labels"

  let path: FileName
  let split: ImageDataset.Split
  let options: DatasetOptions

  static func probe(_ place: DatasetPlace) throws -> NPZFormat? {
    let path = FileName(place.path)
    guard place.kind == .file, ["npz", "npy"].contains(path.kind) else { return nil }
    return NPZFormat(path: path, split: place.split, options: place.options)
  }

  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset {
    if path.kind == "npy" {
      let part = try NPYPart(images: path, labels: try labelFile(), classNames: classNames)
      return try ArrayDataset(.npz, parts: [part], classNames: part.classNames)
    }
    let archive = try ZipFile(path)
    let (images, labels) = try choose(archive)
    let part = try NPZPart(archive, images: images, labels: labels, classNames: classNames)
    return try ArrayDataset(.npz, parts: [part], classNames: part.classNames)
  }

  private static let imageWords = ["images", "image", "x", "data", "imgs", "inputs", "features"]
  private static let labelWords = ["labels", "label", "y", "targets", "target", "classes"]
  private static let splitWords: [ImageDataset.Split: [String]] = [
    .training: ["train", "training"], .validation: ["val", "valid", "validation"],
    .test: ["test"],
  ]

  /// The words of an array's name, such as `train` and `images`.
  private static func words(_ name: FileName) -> [String] {
    var text = name.description.lowercased()
    if text.hasSuffix(".npy") { text.removeLast(4) }
    return text.split { !$0.isLetter }.map(String.init)
  }

  /// The part that an array belongs to by its name; nil if it names none.
  static func part(of name: FileName) -> ImageDataset.Split? {
    let words = words(name)
    return splitWords.first { $0.value.contains(where: words.contains) }?.key
  }

  /// The arrays of the wanted part.
  private func choose(_ archive: ZipFile) throws -> (images: FileName, labels: FileName) {
    let names = archive.members.map(\.name)
    let parts = Set(names.compactMap { name in Self.part(of: name) })
    let wanted = names.filter { parts.isEmpty || Self.part(of: $0) == split }
    func find(_ known: [String], _ option: String?) -> FileName? {
      if let option {
        return names.first { $0 == FileName(option) || $0 == FileName(option + ".npy") }
      }
      return known.lazy.compactMap { word in
        wanted.first { Self.words($0).contains(word) }
      }.first
    }
    guard let images = find(Self.imageWords, options.imageColumn),
      let labels = find(Self.labelWords, options.labelColumn)
    else {
      let found = names.map(\.description).joined(separator: ", ")
      throw FileError.damaged(
        path: path.description,
        reason: "its arrays \(found) are not known as images and labels"
          + (parts.isEmpty ? "" : " of the \(split.rawValue) set"),
        advice: "name them images and labels, or say which they are")
    }
    return (images, labels)
  }

  /// The file beside one of images, whose name has another word in the same place.
  private func labelFile() throws -> FileName {
    let name = path.lastComponent.description
    for word in Self.imageWords {
      guard let range = name.range(of: word, options: .caseInsensitive) else { continue }
      for other in Self.labelWords {
        let candidate =
          path.bytes.contains(UInt8(ascii: "/"))
          ? path.parent / FileName(name.replacingCharacters(in: range, with: other))
          : FileName(name.replacingCharacters(in: range, with: other))
        if candidate != path, Directory.kind(candidate) == .file { return candidate }
      }
    }
    throw DatasetError.missingLabels(path: path.description, expected: "labels.npy")
  }
}
