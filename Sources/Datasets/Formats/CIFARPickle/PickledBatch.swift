import Pickles
import Support

/// A batch of CIFAR's as Python pickles it: a dictionary with `data` and `labels`, or
/// `fine_labels` and `coarse_labels`.
struct PickledBatch: ArrayPart {
  let pixels: PixelArray
  let labels: [Int32]
  let isCIFAR100: Bool
  private let source: RandomAccessFile

  private static let labelKeys = ["labels", "fine_labels", "label"]
  private static let coarseKey = "coarse_labels"

  /// Reads a batch; its images go to a temporary file.
  ///
  /// - Throws: `PickleError`, or `FileError.damaged` for a pickle of something else.
  init(_ path: FileName) throws {
    source = try RandomAccessFile(path)
    let batch = try Self.read(source)
    guard case .array(let data)? = batch["data"],
      let type = NumberType(descriptor: data.descriptor),
      data.shape.count > 1
    else {
      throw FileError.damaged(
        path: path.description, reason: "it has no array 'data', but \(batch.kind)",
        advice: "give batches of CIFAR's form")
    }
    let file = try TemporaryFile.make { try $0.append(data.rowMajorBytes) }
    pixels = try PixelArray(
      NumberArray(
        file: file, offset: 0, type: type, shape: data.shape, path: path.description))
    isCIFAR100 = batch["fine_labels"] != nil
    labels = try Self.labels(of: batch, path: path.description)
    guard labels.count == data.shape[0] else {
      throw FileError.damaged(
        path: path.description, reason: "it has \(labels.count) labels for \(data.shape[0]) images",
        advice: "fetch it again")
    }
  }

  var name: FileName { source.path.lastComponent }
  var sources: [RandomAccessFile] { [source] }

  func storedLabels() throws -> [Int32] {
    try Self.labels(of: try Self.read(source), path: source.path.description)
  }

  private static func read(_ source: RandomAccessFile) throws -> PickleValue {
    try Pickle.read(
      try source.bytes(at: 0, count: source.size), path: source.path.description
    ).value
  }

  private static func labels(of batch: PickleValue, path: String) throws -> [Int32] {
    guard let value = labelKeys.lazy.compactMap({ batch[$0] }).first, let numbers = value.integers
    else {
      throw FileError.damaged(
        path: path, reason: "it has no numbers 'labels'", advice: "give batches of CIFAR's form")
    }
    return try numbers.enumerated().map { row, number in
      guard (-1...LabelList.labelLimit).contains(number) else {
        throw FileError.damaged(
          path: path, reason: "row \(row) has the label \(number)",
          advice: "number the classes from 0, at most to \(LabelList.labelLimit)")
      }
      return Int32(number)
    }
  }

  /// The coarse labels; nil if there are none.
  func coarseLabels() throws -> [Int]? { try Self.read(source)[Self.coarseKey]?.integers }

  func write(in directory: FileName, _ change: ArrayChange) throws {
    try write(in: directory, change, coarse: [:])
  }

  /// - Parameter coarse: the coarse label of each fine one.
  func write(in directory: FileName, _ change: ArrayChange, coarse: [Int32: Int]) throws {
    let path = directory / name
    guard !change.isEmpty else { return try source.copy(to: path) }
    let bytes = try source.bytes(at: 0, count: source.size)
    guard
      case .dictionary(var members) = try Pickle.read(bytes, path: source.path.description).value
    else { preconditionFailure("PickledBatch: \(name) is no dictionary any more") }
    for (place, member) in members.enumerated() {
      members[place].value = try changed(member, change, coarse)
    }
    let pickle = PickleValue.dictionary(members)
    guard let dialect = pickle.isPlain ? Self.dialect(of: bytes) : nil else {
      throw FileError.unwritable(
        path: path.description, reason: "the batch holds more than lists, texts and arrays")
    }
    try RandomAccessFile.write(PickleWriter.bytes(of: pickle, dialect: dialect), to: path)
  }

  /// Python 2's batches have other strings than those that Python 3 wrote, whatever the protocol.
  private static func dialect(of bytes: [UInt8]) -> PickleWriter.Dialect {
    let isOld = bytes.first != 0x80 || bytes.count < 2 || bytes[1] <= 2
    return isOld && !bytes.prefix(4096).contains(Array("_codecs".utf8)) ? .python2 : .python3
  }

  /// A value of the dictionary as it is afterwards: what has a row an image loses rows with them.
  private func changed(
    _ member: PickleValue.Member, _ change: ArrayChange, _ coarse: [Int32: Int]
  ) throws -> PickleValue {
    let key = member.key.string ?? ""
    let count = labels.count
    if key == "data", case .array(var array) = member.value {
      var bytes: [UInt8] = []
      try (change.pixels ?? pixels.array).write(keeping: change.kept) { bytes += $0 }
      array = PickleArray(
        descriptor: array.descriptor,
        shape: [change.kept?.count ?? count] + array.shape.dropFirst(),
        bytes: bytes)
      return .array(array)
    }
    var value = member.value
    if Self.labelKeys.contains(key) {
      value = value.replacing(change.labels.mapValues { Int($0) })
    } else if key == Self.coarseKey {
      value = value.replacing(change.labels.compactMapValues { coarse[$0] })
    }
    return change.kept.map { value.keeping($0, of: count) } ?? value
  }
}
