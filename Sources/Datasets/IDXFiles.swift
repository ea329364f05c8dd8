import Foundation

/// The two files of an IDX dataset: `NAME-images-idx3-ubyte` and `NAME-labels-idx1-ubyte`.
struct IDXPair: Sendable, Equatable {
  let images: String
  let labels: String

  private static let endings = [
    ("images-idx3-ubyte", "labels-idx1-ubyte"), ("images.idx3-ubyte", "labels.idx1-ubyte"),
  ]

  static func isImageFile(_ name: String) -> Bool {
    endings.contains { name.hasSuffix($0.0) }
  }

  /// From either file's path or their common prefix; `nil` if the path is neither.
  init?(_ path: String) {
    for (images, labels) in Self.endings {
      for ending in [images, labels] where path.hasSuffix(ending) {
        let prefix = path.dropLast(ending.count)
        self.images = String(prefix) + images
        self.labels = String(prefix) + labels
        return
      }
      if FileManager.default.fileExists(atPath: path + "-" + images) {
        self.images = path + "-" + images
        self.labels = path + "-" + labels
        return
      }
    }
    return nil
  }
}

/// One-channel images and labels in IDX files: a big-endian header, then one byte per element.
struct IDXFiles: SampleStorage {
  static let imageHeader = 16
  static let labelHeader = 8

  let images: BinaryFile
  let labels: BinaryFile
  let shape: ImageShape

  func readImage(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    try images.read(
      at: Self.imageHeader + index * shape.byteCount, into: UnsafeMutableRawBufferPointer(pixels))
  }

  func name(of index: Int) -> String { "\(images.path.lastPathComponent)#\(index)" }

  func addContents(to hash: inout ContentHash) throws {
    for file in [images, labels] {
      hash.add(file.path.lastPathComponent)
      try file.forEachBlock { _, bytes in hash.add(bytes) }
    }
  }

  func makeWriter(in directory: String) throws -> any SampleWriter {
    let copies = try [images, labels].map { file in
      let copy = directory + "/" + file.path.lastPathComponent
      try BinaryFile.copy(file.path, to: copy)
      return try BinaryFile(copy, updating: true)
    }
    return IDXWriter(copy: IDXFiles(images: copies[0], labels: copies[1], shape: shape))
  }
}

/// Overwrites images and labels in copies of IDX files.
private final class IDXWriter: SampleWriter {
  let copy: IDXFiles

  init(copy: IDXFiles) { self.copy = copy }

  func replace(_ index: Int, image: [UInt8]?, label: Int32?) throws {
    if let image {
      try copy.images.write(image, at: IDXFiles.imageHeader + index * copy.shape.byteCount)
    }
    if let label { try copy.labels.write([UInt8(label)], at: IDXFiles.labelHeader + index) }
  }

  func finish(removing removed: Set<Int>) throws -> [String] {
    let count = copy.labels.size - IDXFiles.labelHeader
    let kept = (0..<count).filter { !removed.contains($0) }
    if kept.count < count {
      let size = withUnsafeBytes(of: UInt32(kept.count).bigEndian) { Array($0) }
      let parts = [
        (copy.images, IDXFiles.imageHeader, copy.shape.byteCount),
        (copy.labels, IDXFiles.labelHeader, 1),
      ]
      for (file, header, recordSize) in parts {
        try file.compact(header: header, recordSize: recordSize, keeping: kept)
        try file.write(size, at: 4)
      }
    }
    return keptNames(count: count, kept: kept, of: copy.images.path.lastPathComponent)
  }
}

extension ImageDataset {
  /// Opens an IDX pair; `path` is what the user named.
  static func openIDX(_ pair: IDXPair, path: String) throws -> ImageDataset {
    let images = try BinaryFile(pair.images)
    let sizes = try header(of: images, magic: 0x803, dimensions: 3)
    guard FileManager.default.fileExists(atPath: pair.labels) else {
      throw DatasetError.missingLabels(
        path: pair.images, expected: pair.labels.lastPathComponent)
    }
    let labelFile = try BinaryFile(pair.labels)
    let labelCount = try header(of: labelFile, magic: 0x801, dimensions: 1)[0]
    guard labelCount == sizes[0] else {
      throw DatasetError.damaged(
        path: pair.labels, reason: "it has \(labelCount) labels for \(sizes[0]) images",
        advice: "give the labels that belong to the images")
    }
    let shape = ImageShape(height: sizes[1], width: sizes[2], channels: 1)
    guard (1...PNG.sideLimit).contains(shape.height), (1...PNG.sideLimit).contains(shape.width)
    else {
      throw DatasetError.damaged(
        path: pair.images, reason: "it says its images are \(shape.width)×\(shape.height)",
        advice: "the header is damaged; fetch the file again")
    }
    let labels = try labelFile.bytes(at: IDXFiles.labelHeader, count: labelCount)
    return ImageDataset(
      path: path, format: .idx, shape: shape,
      classNames: (0...Int(labels.max() ?? 0)).map { String($0) },
      labels: labels.map { Int32($0) },
      storage: IDXFiles(images: images, labels: labelFile, shape: shape))
  }

  /// The sizes in an IDX header, checked against the file's size.
  private static func header(
    of file: BinaryFile, magic: UInt32, dimensions: Int
  ) throws -> [Int] {
    func damaged(_ reason: String) -> DatasetError {
      .damaged(
        path: file.path, reason: reason, advice: "it is cut short or not IDX; fetch it again")
    }
    let headerSize = 4 + 4 * dimensions
    guard file.size >= headerSize else {
      throw damaged("\(file.size) bytes cannot hold an IDX header")
    }
    let bytes = try file.bytes(at: 0, count: headerSize)
    let words = (0...dimensions).map { word in
      bytes[word * 4..<word * 4 + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    guard words[0] == magic else {
      let found = String(words[0], radix: 16)
      throw damaged("it begins with 0x\(found) instead of 0x\(String(magic, radix: 16))")
    }
    var expected = 1
    for word in words.dropFirst() {
      let (product, overflow) = expected.multipliedReportingOverflow(by: Int(word))
      guard !overflow else { throw damaged("the sizes in its header are impossible") }
      expected = product
    }
    guard file.size - headerSize == expected else {
      throw damaged("it has \(file.size - headerSize) bytes of data instead of \(expected)")
    }
    return words.dropFirst().map { Int($0) }
  }
}
