import Checkpoints
import Foundation
import Pickles
import Support

/// A file of `torch.save` that is one tensor.
struct TorchTensorFile: Sendable {
  let source: RandomAccessFile
  let array: NumberArray
  private let type: ElementType

  private static let types: [ElementType: (type: NumberType, storage: String)] = [
    .float32: (NumberType(.float, 4), "FloatStorage"),
    .float64: (NumberType(.float, 8), "DoubleStorage"),
    .uint8: (NumberType(.unsigned, 1), "ByteStorage"),
    .int32: (NumberType(.signed, 4), "IntStorage"), .int64: (NumberType(.signed, 8), "LongStorage"),
  ]

  /// Reads the tensor into a temporary file.
  ///
  /// - Throws: `CheckpointError`, or `FileError.damaged` for other contents.
  init(_ path: FileName) throws {
    source = try RandomAccessFile(path)
    (array, type) = try Self.read(path)
  }

  private static func read(_ path: FileName) throws -> (NumberArray, ElementType) {
    let file = try TorchFile(URL(fileURLWithPath: path.systemPath))
    guard let shape = file.shape(""), !shape.isEmpty, let type = file.elementType(""),
      let number = types[type]?.type
    else {
      throw FileError.damaged(
        path: path.description, reason: "it is not one tensor of numbers",
        advice: "give the files as backdoor-toolbox saves them")
    }
    let count = shape.reduce(1, *)
    let numbers = try TemporaryFile.make { output in
      for start in stride(from: 0, to: count, by: 1 << 18) {
        try output.append(try file.bytes("", elements: start..<min(start + 1 << 18, count)))
      }
    }
    let array = NumberArray(
      file: numbers, offset: 0, type: number, shape: shape, path: path.description)
    return (array, type)
  }

  /// The numbers as they are stored now.
  func reread() throws -> NumberArray { try Self.read(source.path).0 }

  /// Writes the file into a directory, with other numbers or some rows only.
  func write(in directory: FileName, _ changed: NumberArray?, keeping kept: [Int]?) throws {
    let path = directory / source.path.lastComponent
    guard changed != nil || kept != nil else { return try source.copy(to: path) }
    try fill(AppendOnlyFile(try RandomAccessFile(path, .create)), changed, keeping: kept)
  }

  /// Writes an archive that differs in the numbers and in what is said of their shape.
  func fill(
    _ output: AppendOnlyFile, _ changed: NumberArray?, keeping kept: [Int]?
  ) throws {
    let archive = try ZipFile(source.path)
    let storages = archive.members.filter {
      $0.name.parent.lastComponent == FileName("data")
        && Int($0.name.lastComponent.description) != nil
    }
    guard storages.count == 1, let storage = storages.first, let types = Self.types[type] else {
      throw FileError.unwritable(
        path: source.path.description, reason: "it is no archive with one storage")
    }
    let numbers = changed ?? array
    let shape = [kept?.count ?? numbers.rowCount] + numbers.shape.dropFirst()
    let copy = ZipCopy(of: archive, into: output)
    for member in archive.members {
      switch member.name.lastComponent {
      case _ where member.name == storage.name:
        try copy.replace(member) { try numbers.write(keeping: kept, $0) }
      case FileName("data.pkl"):
        let pickle = Self.pickle(
          shape: shape, storage: types.storage, key: storage.name.lastComponent.description)
        try copy.replace(member) { append in try pickle.withUnsafeBytes { try append($0) } }
      // The numbers are little-endian here.
      case FileName("byteorder"):
        try copy.replace(member) { append in
          try Array("little".utf8).withUnsafeBytes { try append($0) }
        }
      default: try copy.keep(member)
      }
    }
    try copy.finish()
  }

  /// The pickle of a contiguous tensor, as `torch.save` writes it but for the memo.
  private static func pickle(shape: [Int], storage: String, key: String) -> [UInt8] {
    var writer = ByteWriter()
    func opcodes(_ text: String) { writer.append(contentsOf: Array(text.utf8)) }
    func text(_ text: String) {
      opcodes("X")
      writer.append(UInt32(text.utf8.count))
      opcodes(text)
    }
    func integer(_ number: Int) {
      writer.append(contentsOf: [0x8A, 8])
      writer.append(Int64(number))
    }
    func tuple(_ numbers: [Int]) {
      opcodes("(")
      for number in numbers { integer(number) }
      opcodes("t")
    }
    var strides = shape
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    writer.append(contentsOf: [0x80, 2])
    opcodes("ctorch._utils\n_rebuild_tensor_v2\n((")
    text("storage")
    opcodes("ctorch\n\(storage)\n")
    text(key)
    text("cpu")
    integer(step)
    opcodes("tQ")
    integer(0)
    tuple(shape)
    tuple(strides)
    writer.append(UInt8(0x89))
    opcodes("ccollections\nOrderedDict\n)RtR.")
    return writer.bytes
  }
}
