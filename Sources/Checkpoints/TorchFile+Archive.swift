import Pickles
import Support

/// The zip archives of PyTorch since 1.6: a folder with `data.pkl`, `byteorder` and `data/KEY`.
extension TorchFile {
  typealias Parts = (value: PickleValue, contents: TorchContents, storages: TorchStorages)

  /// The longest pickle that is read; one of ten thousand tensors takes a megabyte.
  static var maximumPickleSize: Int { 256 << 20 }

  static func openArchive(_ path: FileName) throws -> Parts {
    let archive = try ZipFile(path)
    for member in archive.members where !member.name.isPlainRelativePath {
      throw TorchFailure("it has a member named \(member.name), which lies outside of its folder")
    }
    let folder = try folder(of: archive)
    guard archive[folder / FileName("constants.pkl")] == nil,
      !archive.members.contains(where: {
        $0.name.bytes.starts(with: folder.bytes + "/code/".utf8)
      })
    else {
      throw CheckpointError.invalidTorchFile(
        path: path.description, reason: "it is a TorchScript archive, which is a program",
        advice: "save model.state_dict()")
    }
    guard let pickle = archive[folder / FileName("data.pkl")] else {
      preconditionFailure("TorchFile: no data.pkl in \(folder)")
    }
    let value = try Pickle.read(
      archive.contents(of: pickle, limit: maximumPickleSize), path: path.description,
      allowing: TorchNames.allowed
    ).value
    let contents = try TorchContents(value)
    var places: [String: TorchStorages.Place] = [:]
    for storage in contents.storages.values {
      places[storage.key] = try place(of: storage, in: archive, folder)
    }
    var isBigEndian = false
    if let member = archive[folder / FileName("byteorder")] {
      isBigEndian = try archive.contents(of: member, limit: 16) == Array("big".utf8)
    }
    return (
      value, contents,
      TorchStorages(
        places: places, isBigEndian: isBigEndian, file: try RandomAccessFile(path),
        archive: archive)
    )
  }

  /// The one folder that has a `data.pkl`.
  private static func folder(of archive: ZipFile) throws -> FileName {
    let folders = archive.members.filter { $0.name.lastComponent == FileName("data.pkl") }
      .map(\.name.parent)
    guard let folder = folders.first else {
      throw CheckpointError.foreignFile(
        path: archive.path.description, kind: "a zip archive without data.pkl, not of torch.save",
        advice: "name a file of weights")
    }
    guard folders.count == 1 else {
      throw TorchFailure("its archive has \(folders.count) members data.pkl")
    }
    return folder
  }

  private static func place(
    of storage: TorchStorage, in archive: ZipFile, _ folder: FileName
  ) throws -> TorchStorages.Place {
    guard let member = archive[folder / FileName("data/\(storage.key)")] else {
      throw TorchFailure("storage \(storage.key) is not there")
    }
    guard member.size == storage.size else {
      throw TorchFailure(
        "storage \(storage.key) has \(member.size) bytes instead of \(storage.size)")
    }
    guard !member.isEncrypted, member.method == .stored || member.method == .deflated else {
      throw TorchFailure("storage \(storage.key) is encrypted, or not stored or deflated")
    }
    guard member.method == .stored else { return .compressed(member) }
    let range = try archive.storedRange(of: member)
    guard range.count == member.size else {
      throw TorchFailure("storage \(storage.key) has \(range.count) bytes, not \(member.size)")
    }
    return .range(range)
  }
}
