import Support

/// An archive of arrays (`.npz`), of which one holds images and another labels.
struct NPZPart: ArrayPart {
  let archive: ZipFile
  let pixels: PixelArray
  private let images: (member: ZipFile.Member, array: NPYArray)
  private let labelled: (member: ZipFile.Member, array: NPYArray)
  private let values: NPYLabels

  /// - Throws: `FileError.damaged` unless there is a label an image.
  init(_ archive: ZipFile, images: FileName, labels: FileName, classNames: [String]?) throws {
    self.archive = archive
    self.images = try Self.read(images, archive)
    labelled = try Self.read(labels, archive)
    let (count, imageCount) = (
      labelled.array.numbers.rowCount, self.images.array.numbers.rowCount
    )
    guard count == imageCount else {
      throw FileError.damaged(
        path: labelled.array.numbers.path,
        reason: "it has \(count) labels for \(imageCount) images",
        advice: "give the labels that belong to the images")
    }
    pixels = try PixelArray(self.images.array.numbers)
    values = try NPYLabels(labelled.array, classNames: classNames)
  }

  var name: FileName { archive.path.lastComponent }
  var labels: [Int32] { values.labels }
  var classNames: [String] { values.classNames }
  var sources: [RandomAccessFile] { [archive.file] }

  func storedLabels() throws -> [Int32] {
    try NPYLabels(try Self.read(labelled.member.name, archive).array, classNames: classNames).labels
  }

  /// An array, unpacked.
  private static func read(
    _ name: FileName, _ archive: ZipFile
  ) throws -> (member: ZipFile.Member, array: NPYArray) {
    let path = "\(archive.path)/\(name)"
    guard let member = archive[name] else { throw FileError.notFound(path: path) }
    // Before anything is unpacked: has it the numbers that its header says?
    let beginning = try archive.beginning(of: member, count: NPYHeader.sizeLimit)
    _ = try NPYArray.layout(beginning, size: member.size, path: path)
    let file = try TemporaryFile.make { try archive.forEachBlock(of: member, $0.append) }
    return (member, try NPYArray(file, path: path))
  }

  func write(in directory: FileName, _ change: ArrayChange) throws {
    let copy = try ZipCopy(of: archive, to: directory / name)
    for member in archive.members {
      var array: NPYArray?
      var numbers: NumberArray?
      if member.name == images.member.name {
        (array, numbers) = (images.array, change.pixels)
      } else if member.name == labelled.member.name {
        array = labelled.array
        numbers = try change.labels.isEmpty ? nil : values.changed(change.labels)
      } else if change.kept != nil, isCompanion(member.name) {
        array = try Self.read(member.name, archive).array
      }
      if let array, numbers != nil || change.kept != nil {
        try copy.replace(member) { try array.write(numbers, keeping: change.kept, $0) }
      } else {
        try copy.keep(member)
      }
    }
    try copy.finish()
  }

  /// Whether an array of the archive has a row for each image: one of the same part by its name.
  private func isCompanion(_ name: FileName) -> Bool {
    let part = NPZFormat.part(of: images.member.name)
    guard part == NPZFormat.part(of: name), let member = archive[name],
      let array = try? Self.read(member.name, archive).array
    else { return false }
    return array.numbers.rowCount == images.array.numbers.rowCount
  }
}
