import Foundation

extension ImageDataset {
  /// Opens a dataset, its format found from the path.
  ///
  /// - a CIFAR-10 or CIFAR-100 binary file, or the folder that holds such files;
  /// - either file of an IDX pair (`NAME-images-idx3-ubyte`, `NAME-labels-idx1-ubyte`), their
  ///   common prefix, or a folder that holds them;
  /// - a folder of class folders of PNG files.
  ///
  /// - Parameters:
  ///   - split: the part wanted of a folder that holds a training and a test set.
  ///   - classNames: names of a related dataset's classes, so that labels mean the same in both.
  /// - Throws: `DatasetError` for anything unreadable, damaged or inconsistent.
  public static func open(
    _ path: String, split: Split = .training, classNames: [String]? = nil
  ) throws -> ImageDataset {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    let dataset: ImageDataset
    if exists && isFolder.boolValue {
      dataset = try openFolder(path, split: split, classNames: classNames)
    } else if let pair = IDXPair(path) {
      dataset = try openIDX(pair, path: path)
    } else if !exists {
      throw DatasetError.notFound(path: path)
    } else if path.hasSuffix(".bin") {
      dataset = try openCIFAR([path], path: path)
    } else if path.hasSuffix(".gz") {
      throw DatasetError.unknownFormat(path: path, reason: "it is compressed (use gunzip)")
    } else {
      throw DatasetError.unknownFormat(path: path, reason: "the format is not known by this name")
    }
    guard dataset.count > 0 else {
      throw DatasetError.empty(path: path, advice: "give a dataset with at least one image")
    }
    if let classNames { return try dataset.renumbered(to: classNames) }
    return dataset
  }

  private static func openFolder(
    _ path: String, split: Split, classNames: [String]?
  ) throws -> ImageDataset {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    } catch {
      throw DatasetError.unreadable(path: path, reason: "the folder cannot be listed")
    }
    if let batches = cifarBatches(among: names, split: split) {
      return try openCIFAR(batches.map { path + "/" + $0 }, path: path)
    }
    let pairs = names.filter { IDXPair.isImageFile($0) }
    if !pairs.isEmpty {
      let chosen = try choose(pairs, split: split, path: path)
      guard let pair = IDXPair(path + "/" + chosen) else { throw DatasetError.notFound(path: path) }
      return try openIDX(pair, path: path)
    }
    if let file = names.first(where: { $0.hasSuffix(".bin") }) {
      throw DatasetError.unknownFormat(
        path: path, reason: "several .bin files and no data_batch_*.bin (name one, such as \(file))"
      )
    }
    return try openImageFolder(path, classNames: classNames)
  }

  /// The batch files of a CIFAR folder: the usual names, or the only `.bin` file.
  private static func cifarBatches(among names: [String], split: Split) -> [String]? {
    let binaries = names.filter { $0.hasSuffix(".bin") }
    let tests = binaries.filter { $0 == "test_batch.bin" || $0 == "test.bin" }
    if split == .test, let test = tests.first { return [test] }
    let training = binaries.filter { $0.hasPrefix("data_batch_") || $0 == "train.bin" }
    if split == .training, !training.isEmpty { return training }
    return binaries.count == 1 ? binaries : nil
  }

  private static func choose(_ pairs: [String], split: Split, path: String) throws -> String {
    let prefixes = split == .training ? ["train"] : ["t10k", "test"]
    if pairs.count == 1 { return pairs[0] }
    let named = pairs.filter { name in prefixes.contains { name.hasPrefix($0 + "-images") } }
    guard named.count == 1 else {
      throw DatasetError.unknownFormat(
        path: path, reason: "the folder holds several IDX sets (name one, such as \(pairs[0]))")
    }
    return named[0]
  }

  /// Checks labels against a related dataset's classes and takes over their names.
  private func renumbered(to names: [String]) throws -> ImageDataset {
    if format != .imageFolder { try requireLabels(below: names.count) }
    return ImageDataset(
      path: path, format: format, shape: shape, classNames: names, labels: labels, storage: storage)
  }
}
