import Checkpoints
import Foundation
import Pickles
import Support

extension ImageDataset.Format {
  public static let backdoorBench = Self(rawValue: "BackdoorBench record")
}

/// A record of an attack by BackdoorBench, which holds the changed samples only: files
/// `bd_train_dataset/ORIGINAL/INDEX.png`, with labels in `attack_result.pt`; the others are those
/// of the clean dataset, in its order.
struct BackdoorBenchFormat: DatasetFormat {
  static let expectation = "a BackdoorBench record"

  let path: FileName
  let split: ImageDataset.Split
  let options: DatasetOptions

  private static let result = FileName("attack_result.pt")

  static func probe(_ place: DatasetPlace) throws -> BackdoorBenchFormat? {
    guard place.kind == .directory, place.entries.contains(FileName("bd_train_dataset")) else {
      return nil
    }
    return BackdoorBenchFormat(
      path: FileName(place.path), split: place.split, options: place.options)
  }

  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset {
    let folder = FileName(split == .test ? "bd_test_dataset" : "bd_train_dataset")
    guard split != .validation, Directory.kind(path / folder) == .directory else {
      throw FileError.damaged(
        path: path.description, reason: "it has no \(split.rawValue) set",
        advice: "ask for another part")
    }
    let result = try attackResult()
    let files = try changedFiles(folder)
    let labels = try labels(of: files, result)
    let clean =
      split == .training
      ? try cleanDataset(result, classNames: classNames, options: options) : nil
    let count = Int(labels.values.max() ?? 0) + 1
    let names = try classNames ?? clean?.classNames ?? cleanNames(result, options) ?? []
    return try BackdoorBenchDataset(
      path: path, classNames: names + (names.count..<max(names.count, count)).map { String($0) },
      clean: clean, files: files, labels: labels, limits: options.limits)
  }

  /// What `attack_result.pt` holds; nil if it is not there.
  private func attackResult() throws -> PickleValue? {
    guard Directory.kind(path / Self.result) == .file else { return nil }
    return try TorchFile(URL(fileURLWithPath: (path / Self.result).systemPath)).value
  }

  /// The files of a folder by the index of their sample.
  private func changedFiles(_ folder: FileName) throws -> [Int: FileName] {
    var files: [Int: FileName] = [:]
    for original in try Directory.entries(path / folder)
    where Directory.kind(path / folder / original) == .directory {
      for file in try Directory.entries(path / folder / original)
      where ImageFileKinds.isImage(file) {
        let stem = String(decoding: file.bytes.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)
        guard let index = Int(stem), index >= 0 else {
          throw FileError.damaged(
            path: (path / folder / original / file).description,
            reason: "its name is not the index of a sample", advice: "remove or rename it")
        }
        guard files.updateValue(folder / original / file, forKey: index) == nil else {
          throw FileError.damaged(
            path: (path / folder).description, reason: "it holds sample \(index) twice",
            advice: "fetch the record again")
        }
      }
    }
    return files
  }

  /// The labels of changed samples: of the record, or the one that the attack gave to all.
  private func labels(
    of files: [Int: FileName], _ result: PickleValue?
  ) throws -> [Int: Int32] {
    let key = split == .test ? "bd_test" : "bd_train"
    guard case .dictionary(let members)? = result?[key]?["bd_data_container"]?["data_dict"] else {
      guard let target = options.attackTarget else {
        throw FileError.damaged(
          path: path.description, reason: "it does not say which labels the attack gave",
          advice: "say which, as the attack's target")
      }
      return files.mapValues { _ in target }
    }
    var labels: [Int: Int32] = [:]
    for member in members {
      guard let index = member.key.integer, index >= 0,
        let label = member.value["other_info"]?.elements?.first?.integer,
        (0...LabelList.labelLimit).contains(label)
      else {
        throw FileError.damaged(
          path: (path / Self.result).description, reason: "a sample in it has no index or label",
          advice: "fetch it again")
      }
      labels[index] = Int32(label)
    }
    if let unknown = files.keys.sorted().first(where: { labels[$0] == nil }) {
      throw FileError.damaged(
        path: (path / Self.result).description, reason: "it has no label for sample \(unknown)",
        advice: "give the record as the attack left it")
    }
    return labels
  }

  /// Where the clean dataset lies: as named, or where the record says, seen from the folder that
  /// holds `record/`.
  private func cleanPath(_ result: PickleValue?, _ options: DatasetOptions) -> String? {
    if let named = options.cleanDataset { return named }
    guard let stated = result?["data_path"]?.string,
      let relative = FileName(stated).insideArchive
    else { return nil }
    let found = path.canonical.parent.parent / relative
    return Directory.kind(found) == nil ? nil : found.systemPath
  }

  private func cleanDataset(
    _ result: PickleValue?, classNames: [String]?, options: DatasetOptions
  ) throws -> any IndexedDataset {
    guard let clean = cleanPath(result, options) else {
      throw FileError.damaged(
        path: path.description, reason: "it holds the changed samples only",
        advice: "name the clean dataset, too")
    }
    var inner = options
    inner.cleanDataset = nil
    let place = try DatasetPlace(clean, split: .training, options: inner)
    return try DatasetFormats.probe(place).index(classNames: classNames, options: inner)
  }

  /// The classes of the clean dataset, if it is there.
  private func cleanNames(
    _ result: PickleValue?, _ options: DatasetOptions
  ) throws -> [String]? {
    guard cleanPath(result, options) != nil else { return nil }
    return try cleanDataset(result, classNames: nil, options: options).classNames
  }
}
