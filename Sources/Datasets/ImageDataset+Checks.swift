import Support

extension ImageDataset {
  /// Throws `FileError.unreadable` unless names, labels and pixels still are those of a
  /// fingerprint, and the labels those that were read first.
  public func requireUnchanged(since fingerprint: String) throws {
    guard try self.fingerprint() == fingerprint else { throw changed }
    try requireUnchangedLabels()
  }

  /// Throws `FileError.unreadable` unless the stored labels are those that were read first.
  func requireUnchangedLabels() throws {
    guard try indexed.storedLabels() == indexed.labels else { throw changed }
  }

  private var changed: FileError {
    .unreadable(
      path: path,
      reason: "it changed while it was in use; run the command again, and leave it alone meanwhile")
  }

  /// Throws `DatasetError.singleClass` unless at least two labels occur.
  public func requireSeveralClasses() throws {
    guard let first = labels.first, labels.contains(where: { $0 != first }) else {
      let name = labels.first.map { classNames[Int($0)] } ?? ""
      throw DatasetError.singleClass(path: path, name: name)
    }
  }

  /// Throws unless the images have the given shape, as a model or another dataset wants it.
  ///
  /// - Parameter owner: what has that shape, named in the message.
  public func requireShape(_ expected: ImageShape, of owner: String) throws {
    guard shape == expected else {
      throw FileError.damaged(
        path: path, reason: "the images are \(shape), but \(owner) has \(expected)",
        advice: "use matching data")
    }
  }

  /// Throws unless every label is one of the first `classCount` classes.
  public func requireLabels(below classCount: Int) throws {
    if let record = labels.firstIndex(where: { !(0..<classCount).contains(Int($0)) }) {
      throw DatasetError.labelOutOfRange(
        path: path, record: record, label: Int(labels[record]), classCount: classCount)
    }
  }
}
