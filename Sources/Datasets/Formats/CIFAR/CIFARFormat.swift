import Foundation
import Support

extension ImageDataset.Format {
  public static let cifar10 = Self(rawValue: "CIFAR-10 binary")
  public static let cifar100 = Self(rawValue: "CIFAR-100 binary")
}

/// The binary versions of CIFAR-10 and CIFAR-100: one file, or the files of a directory.
struct CIFARFormat: DatasetFormat {
  static let expectation = "a CIFAR binary file or folder"

  let files: [FileName]
  let directory: FileName
  /// Files that belong to the layout and are copied as they are.
  let sidecarFiles: [FileName]

  static func probe(_ place: DatasetPlace) throws -> CIFARFormat? {
    let path = FileName(place.path)
    if place.kind == .file, path.kind == "bin" {
      return CIFARFormat(files: [path], directory: path.parent, sidecars: nameLists)
    }
    // Among class folders such a file is something else.
    guard !place.entries.contains(where: { Directory.kind(place.file($0)) == .directory }) else {
      return nil
    }
    let binaries = place.entries(ending: ".bin")
    let tests = binaries.filter { ["test_batch.bin", "test.bin"].contains($0.description) }
    let training = binaries.filter {
      $0.bytes.starts(with: "data_batch_".utf8) || $0 == FileName("train.bin")
    }
    if !training.isEmpty, let bare = place.entries.first(where: isBareBatch) {
      throw DatasetError.unknownFormat(
        path: place.path, reason: "\(bare) has no .bin, as other batches have (rename or remove it)"
      )
    }
    let chosen: [FileName]
    switch place.split {
    case .test where !tests.isEmpty: chosen = [tests[0]]
    case .training where !training.isEmpty: chosen = training
    default:
      guard let first = binaries.first else { return nil }
      guard binaries.count == 1 else {
        throw DatasetError.unknownFormat(
          path: place.path,
          reason: "several .bin files and no data_batch_*.bin (name one, such as \(first))")
      }
      chosen = binaries
    }
    return CIFARFormat(
      files: chosen.map(place.file), directory: path,
      sidecars: nameLists + ["test_batch.bin", "test.bin"])
  }

  /// Whether a batch lacks the ending of its name.
  private static func isBareBatch(_ name: FileName) -> Bool {
    name.bytes.starts(with: "data_batch_".utf8) && !name.bytes.contains(UInt8(ascii: "."))
  }

  private static let nameLists = [
    "batches.meta.txt", "fine_label_names.txt", "coarse_label_names.txt",
  ]

  private init(files: [FileName], directory: FileName, sidecars: [String]) {
    self.files = files
    self.directory = directory
    sidecarFiles = sidecars.map { directory / FileName($0) }.filter {
      Directory.kind($0) == .file && !files.contains($0)
    }
  }

  func index(classNames: [String]?, options: DatasetOptions) throws -> any IndexedDataset {
    let isHundred = try isCIFAR100()
    let labelBytes = isHundred ? 2 : 1
    let names =
      try readClassNames(isHundred ? "fine_label_names.txt" : "batches.meta.txt")
      ?? (0..<(isHundred ? 100 : 10)).map { String($0) }
    var records = RecordTable()
    var batches: [FixedSizeRecords] = []
    var votes = CoarseLabelVotes(classCount: names.count)
    for path in files {
      let size = labelBytes + CIFARDataset.imageShape.byteCount
      let batch = FixedSizeRecords(file: try RandomAccessFile(path), header: 0, size: size)
      guard batch.file.size % size == 0 else {
        throw FileError.damaged(
          path: path.description,
          reason: "\(batch.file.size) bytes is no multiple of the record's \(size) bytes",
          advice: "the file is cut short or not CIFAR binary; fetch it again")
      }
      let labels = try (0..<batch.file.size / size).map { record in
        let bytes = try batch.file.bytes(at: batch.position(of: record), count: labelBytes)
        let label = Int(bytes[labelBytes - 1])
        guard label < names.count else {
          throw DatasetError.labelOutOfRange(
            path: path.description, record: record, label: label, classCount: names.count)
        }
        if isHundred { votes.add(coarse: bytes[0], fine: label) }
        return Int32(label)
      }
      records.append(path.lastComponent, labels: labels)
      batches.append(batch)
    }
    return CIFARDataset(
      format: isHundred ? .cifar100 : .cifar10, classNames: names, records: records,
      batches: batches, coarseLabels: isHundred ? votes.majorities : nil,
      sidecarFiles: sidecarFiles)
  }

  /// CIFAR-100 has its own list of names beside it, or a size that only its records fit.
  private func isCIFAR100() throws -> Bool {
    if Directory.kind(directory / FileName("fine_label_names.txt")) != nil { return true }
    let size = try RandomAccessFile(files[0]).size
    return size % 3073 != 0 && size % 3074 == 0
  }

  /// One class name a line; `nil` if there is no such file.
  private func readClassNames(_ name: String) throws -> [String]? {
    let path = directory / FileName(name)
    guard Directory.kind(path) != nil else { return nil }
    let text = String(decoding: try RandomAccessFile.contents(path), as: UTF8.self)
    let names = text.split(whereSeparator: \.isNewline)
      .map { FileName($0.trimmingCharacters(in: .whitespaces)).description }
      .filter { !$0.isEmpty }
    guard (1...256).contains(names.count) else {
      throw FileError.damaged(
        path: path.description, reason: "it lists \(names.count) class names",
        advice: "write one name a line, 1 to 256 of them, or remove the file")
    }
    return names
  }
}

/// How often each coarse label of CIFAR-100 stands beside each fine one.
private struct CoarseLabelVotes {
  private var votes: [Int]

  init(classCount: Int) { votes = [Int](repeating: 0, count: classCount * 256) }

  mutating func add(coarse: UInt8, fine: Int) { votes[fine * 256 + Int(coarse)] += 1 }

  /// The most frequent coarse label of each fine one; 0 for labels that do not occur.
  var majorities: [UInt8] {
    stride(from: 0, to: votes.count, by: 256).map { start in
      var best = 0
      for coarse in 1..<256 where votes[start + coarse] > votes[start + best] { best = coarse }
      return UInt8(best)
    }
  }
}
