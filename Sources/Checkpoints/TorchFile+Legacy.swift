import Pickles
import Support

/// The files of PyTorch before 1.6: five pickles (magic number, version, system, object, keys of
/// storages), then each storage: an element count of 64 bits and the raw elements.
extension TorchFile {
  /// LONG1 of ten bytes, 0x1950a86a20f9469cfc6c.
  static let magicPickle: [UInt8] = [
    0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19,
  ]

  static func openLegacy(_ file: RandomAccessFile) throws -> Parts {
    let path = file.path.description
    // Pickles come first and are small beside the storages.
    let bytes = try file.bytes(at: 0, count: min(file.size, maximumPickleSize / 4))
    var position = 0
    func next() throws -> PickleValue {
      let (value, end) = try Pickle.read(
        bytes, from: position, path: path, allowing: TorchNames.allowed)
      position = end
      return value
    }
    guard case .largeInteger(let magic) = try next(), magic == Array(magicPickle.dropFirst(2))
    else { throw TorchFailure("it does not begin as files of torch.save do") }
    guard try next().integer == 1001 else { throw TorchFailure("it has an unknown version") }
    let system = try next()
    var isBigEndian = false
    if case .bool(let isLittle)? = system["little_endian"] { isBigEndian = !isLittle }
    let value = try next()
    let contents = try TorchContents(value)
    guard let keys = try next().elements?.map(\.string) else {
      throw TorchFailure("it has no list of storages")
    }
    var places: [String: TorchStorages.Place] = [:]
    for key in keys {
      // A storage that no tensor uses has no size that is known, so that what follows is lost.
      guard let key, let storage = contents.storages[key] else {
        throw TorchFailure("storage \(key ?? "without name") belongs to no tensor")
      }
      guard file.size - position >= 8 else { throw cut(storage) }
      let head = try file.bytes(at: position, count: 8)
      let count = head.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) }
      guard
        (isBigEndian ? UInt64(bigEndian: count) : UInt64(littleEndian: count))
          == UInt64(storage.count)
      else {
        throw TorchFailure(
          "storage \(key) claims another number of elements than \(storage.count)")
      }
      position += 8
      guard storage.size <= file.size - position else { throw cut(storage) }
      guard places.updateValue(.range(position..<position + storage.size), forKey: key) == nil
      else { throw TorchFailure("storage \(key) is there twice") }
      position += storage.size
    }
    if let missing = contents.storages.keys.first(where: { places[$0] == nil }) {
      throw TorchFailure("storage \(missing) is not there")
    }
    return (
      value, contents,
      TorchStorages(places: places, isBigEndian: isBigEndian, file: file, archive: nil)
    )
  }

  private static func cut(_ storage: TorchStorage) -> TorchFailure {
    TorchFailure("it is cut short, within storage \(storage.key)")
  }
}
