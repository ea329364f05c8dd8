import Foundation
import Support

extension ImageDataset.Format {
  public static let idx = Self(rawValue: "IDX")
}

/// A pair of IDX files, by either name, their common prefix, or the directory that holds them.
struct IDXFormat: DatasetFormat {
  static let expectation = "an IDX pair"

  let pair: IDXPair
  /// Files that belong to the layout and are copied as they are.
  let sidecars: [FileName]

  static func probe(_ place: DatasetPlace) throws -> IDXFormat? {
    guard place.kind == .directory else {
      return IDXPair(FileName(place.path)).map { IDXFormat(pair: $0, sidecars: []) }
    }
    let names = IDXPair.names(in: FileName(place.path))
    let images = names.filter(IDXPair.isImages)
    guard !images.isEmpty, let pair = IDXPair(place.file(try choose(images, at: place))) else {
      return nil
    }
    let sidecars = names.filter { IDXPair.isPart($0) || isMapping($0) }.map(place.file)
      .filter { $0 != pair.images && $0 != pair.labels }
    return IDXFormat(pair: pair, sidecars: sidecars)
  }

  /// The only file of images, or that of the split.
  private static func choose(_ images: [FileName], at place: DatasetPlace) throws -> FileName {
    if images.count == 1 { return images[0] }
    let words =
      switch place.split {
      case .training: ["train"]
      case .validation: ["val"]
      case .test: ["t10k", "test"]
      }
    let named = images.filter { name in
      let parts = name.description.lowercased().split { !$0.isLetter && !$0.isNumber }
      return parts.contains { part in words.contains { part.hasPrefix($0) } }
    }
    guard named.count == 1 else {
      throw DatasetError.unknownFormat(
        path: place.path,
        reason: named.isEmpty
          ? "the folder holds IDX sets, but no \(place.split.rawValue) set (name one, "
            + "such as \(images[0]))"
          : "the folder holds several IDX sets (name one, such as \(images[0]))")
    }
    return named[0]
  }

  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset {
    let part = try IDXPart(pair)
    let count = (part.labels.max() ?? 0) + 1
    var names = try Self.mapping(beside: pair.images) ?? []
    if names.count < count { names += (names.count..<Int(count)).map { String($0) } }
    return try ArrayDataset(.idx, parts: [part], classNames: names, sidecars: sidecars)
  }

  private static func isMapping(_ name: FileName) -> Bool {
    name.bytes.suffix(11).elementsEqual("mapping.txt".utf8)
  }

  /// The class names of EMNIST: rows of a label and the codes of its characters, of which the last
  /// is the name; labels without a row are `N/A`.
  private static func mapping(beside images: FileName) throws -> [String]? {
    let name = IDXPair.names(in: images.parent).first {
      isMapping($0) && images.lastComponent.bytes.starts(with: $0.bytes.dropLast(11))
    }
    guard let name else { return nil }
    let path = images.parent / name
    let text = String(decoding: try RandomAccessFile.contents(path), as: UTF8.self)
    var names: [Int: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      let numbers = line.split(separator: " ").map { Int($0) }
      guard numbers.count >= 2, let label = numbers[0], (0...255).contains(label),
        let code = numbers.last ?? nil, let scalar = Unicode.Scalar(UInt32(clamping: code))
      else {
        throw FileError.damaged(
          path: path.description, reason: "the row '\(line)' is no label with characters",
          advice: "correct or remove the file")
      }
      names[label] = String(Character(scalar))
    }
    return (0...(names.keys.max() ?? 0)).map { names[$0] ?? "N/A" }
  }
}
