import Foundation

/// A folder of class folders of PNG files, at any depth below the class.
struct ImageFolder: SampleStorage {
  let root: String
  let shape: ImageShape
  let classNames: [String]
  let labels: [Int32]
  /// Paths below the root, sorted bytewise: `class/name.png`.
  let names: [String]

  func readImage(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws {
    let path = root + "/" + names[index]
    let image = try PNG.read(path, channels: shape.channels)
    guard image.shape == shape else {
      throw DatasetError.unreadable(path: path, reason: "its size changed while it was in use")
    }
    _ = pixels.update(fromContentsOf: image.pixels)
  }

  func name(of index: Int) -> String { names[index] }

  func addContents(to hash: inout ContentHash) throws {
    for name in names {
      hash.add(name)
      hash.add(try BinaryFile.contents(root + "/" + name))
    }
  }

  func makeWriter(in directory: String) throws -> any SampleWriter {
    try ImageFolderWriter(source: self, directory: directory)
  }
}

extension ImageDataset {
  /// Opens a folder of class folders, decoding every image once so that damage shows at the start.
  static func openImageFolder(_ path: String, classNames: [String]?) throws -> ImageDataset {
    let found = try ImageFolderScan(path)
    guard !found.classNames.isEmpty else {
      throw DatasetError.empty(path: path, advice: "put PNG files into one folder a class")
    }
    let classes = classNames ?? found.classNames
    let labels = try found.names.map { name in
      let folder = String(name.prefix { $0 != "/" })
      guard let label = classes.firstIndex(of: folder) else {
        throw DatasetError.unknownClass(
          path: path, name: folder, known: classes.joined(separator: ", "))
      }
      return Int32(label)
    }
    let folder = ImageFolder(
      root: path, shape: try commonShape(of: found.names, in: path), classNames: classes,
      labels: labels, names: found.names)
    return ImageDataset(
      path: path, format: .imageFolder, shape: folder.shape, classNames: classes, labels: labels,
      storage: folder)
  }

  /// The size of all images, with one channel if all are gray.
  private static func commonShape(of names: [String], in path: String) throws -> ImageShape {
    guard let first = names.first else {
      throw DatasetError.empty(path: path, advice: "put PNG files into the class folders")
    }
    var shape = try PNG.read(path + "/" + first).shape
    for name in names.dropFirst() {
      let file = path + "/" + name
      let other = try PNG.read(file).shape
      guard other.height == shape.height, other.width == shape.width else {
        throw DatasetError.sizesDiffer(
          path: file, shape: other, other: path + "/" + first, otherShape: shape)
      }
      shape.channels = max(shape.channels, other.channels)
    }
    return shape
  }
}
