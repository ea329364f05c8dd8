import Foundation

extension ImageDataset {
  /// Opens CIFAR binary files as one dataset; `path` is what the user named.
  static func openCIFAR(_ files: [String], path: String) throws -> ImageDataset {
    let folder = files[0].parentFolder
    let hundred = try isCIFAR100(files[0], folder: folder)
    let labelBytes = hundred ? 2 : 1
    let namesFile = folder + "/" + (hundred ? "fine_label_names.txt" : "batches.meta.txt")
    let classNames =
      try readClassNames(namesFile) ?? (0..<(hundred ? 100 : 10)).map { String($0) }
    var batches: [CIFARBatches.Batch] = []
    var labels: [Int32] = []
    var votes = [Int](repeating: 0, count: hundred ? classNames.count * 256 : 0)
    for name in files {
      let file = try BinaryFile(name)
      let size = labelBytes + CIFARBatches.shape.byteCount
      guard file.size % size == 0 else {
        throw DatasetError.damaged(
          path: name, reason: "\(file.size) bytes is no multiple of the record's \(size) bytes",
          advice: "the file is cut short or not CIFAR binary; fetch it again")
      }
      batches.append(.init(file: file, start: labels.count, count: file.size / size))
      for record in 0..<file.size / size {
        let bytes = try file.bytes(at: record * size, count: labelBytes)
        let label = Int(bytes[labelBytes - 1])
        guard label < classNames.count else {
          throw DatasetError.labelOutOfRange(
            path: name, record: record, label: label, classCount: classNames.count)
        }
        if hundred { votes[label * 256 + Int(bytes[0])] += 1 }
        labels.append(Int32(label))
      }
    }
    let storage = CIFARBatches(
      batches: batches, labelBytes: labelBytes, coarseLabels: majorities(votes),
      companions: companions(of: files, in: folder, path: path))
    return ImageDataset(
      path: path, format: hundred ? .cifar100 : .cifar10, shape: CIFARBatches.shape,
      classNames: classNames, labels: labels, storage: storage)
  }

  /// CIFAR-100 has its own list of names beside it, or a size that only its records fit.
  private static func isCIFAR100(_ file: String, folder: String) throws -> Bool {
    if FileManager.default.fileExists(atPath: folder + "/fine_label_names.txt") { return true }
    let size = try BinaryFile(file).size
    return size % 3073 != 0 && size % 3074 == 0
  }

  /// One class name a line; `nil` if there is no such file.
  private static func readClassNames(_ path: String) throws -> [String]? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let text = String(decoding: try BinaryFile.contents(path), as: UTF8.self)
    let names = text.split(whereSeparator: \.isNewline)
      .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard (1...256).contains(names.count) else {
      throw DatasetError.damaged(
        path: path, reason: "it lists \(names.count) class names",
        advice: "write one name a line, 1 to 256 of them, or remove the file")
    }
    return names
  }

  /// The most frequent coarse label of each fine label.
  private static func majorities(_ votes: [Int]) -> [UInt8] {
    stride(from: 0, to: votes.count, by: 256).map { start in
      var best = 0
      for coarse in 1..<256 where votes[start + coarse] > votes[start + best] { best = coarse }
      return UInt8(best)
    }
  }

  /// Lists of names, and a folder's test batch.
  private static func companions(of files: [String], in folder: String, path: String) -> [String] {
    var names = ["batches.meta.txt", "fine_label_names.txt", "coarse_label_names.txt"]
    if path != files[0] { names += ["test_batch.bin", "test.bin"] }
    return names.map { folder + "/" + $0 }.filter {
      FileManager.default.fileExists(atPath: $0) && !files.contains($0)
    }
  }
}
