/// A zip archive opened for reading by its central directory, whatever the local headers say.
///
///     let archive = try ZipFile("model.pt")
///     let pickle = try archive.contents(of: archive.members[0], limit: 1 << 26)
///
/// Read are members that are stored or deflated, zip64 included. Refused are archives of several
/// disks, with bytes before or after them, two members of one name, and members that overlap; a
/// member that is encrypted, otherwise compressed or damaged is an error only when it is read.
/// Names are not checked: see `FileName.isPlainRelativePath`.
public final class ZipFile: Sendable {
  /// How a member's bytes are kept.
  public enum Method: Sendable, Equatable {
    case stored, deflated
    /// By its number in the format's description.
    case other(Int)
  }

  public struct Member: Sendable {
    public let name: FileName
    /// Bytes of the contents.
    public let size: Int
    /// Bytes in the archive.
    public let storedSize: Int
    public let method: Method
    public let isEncrypted: Bool
    public let checksum: UInt32
    /// The Unix mode, if the archive was made there; `S_IFMT` of it tells links and devices.
    public let mode: UInt16?
    /// Where the local header begins.
    let headerPosition: Int
    /// Its bytes in the central directory.
    let entryRange: Range<Int>

    /// Whether the name ends with a slash.
    public var isFolder: Bool { name.bytes.last == UInt8(ascii: "/") }
    /// Whether it is a symbolic link, whose contents are the target's name.
    public var isLink: Bool { mode.map { $0 & 0xF000 == 0xA000 } ?? false }
  }

  public let path: FileName
  /// In the order of the central directory.
  public let members: [Member]
  public let file: RandomAccessFile
  /// Where the central directory begins.
  let directoryPosition: Int
  /// The bytes of the central directory.
  let entries: [UInt8]
  /// What the archive's maker said of it.
  let comment: [UInt8]
  /// Where members begin, in ascending order, and the directory.
  private let boundaries: [Int]
  private let indices: [FileName: Int]

  /// Opens an archive and reads its directory.
  ///
  /// Throws `FileError`.
  public init(_ path: FileName) throws {
    self.path = path
    file = try RandomAccessFile(path)
    do {
      let directory = try ZipDirectory(file)
      directoryPosition = directory.range.lowerBound
      members = directory.members
      entries = directory.entries
      comment = directory.comment
      boundaries = members.map(\.headerPosition).sorted() + [directoryPosition]
      var indices: [FileName: Int] = [:]
      indices.reserveCapacity(members.count)
      for (index, member) in members.enumerated() {
        guard indices.updateValue(index, forKey: member.name) == nil else {
          throw ZipDirectory.Failure(reason: "two members of its archive are named \(member.name)")
        }
      }
      self.indices = indices
    } catch let failure as ZipDirectory.Failure {
      throw Self.damaged(path, failure.reason)
    }
  }

  public convenience init(_ path: String) throws { try self.init(FileName(path)) }

  /// Whether a file begins as zip archives do.
  public static func begins(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: Array("PK\u{3}\u{4}".utf8)) || bytes.starts(with: Array("PK\u{5}\u{6}".utf8))
  }

  /// A member's header, its bytes as they are kept, and what follows up to the next one.
  func wholeRange(of member: Member) -> Range<Int> {
    var (low, high) = (0, boundaries.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if boundaries[middle] <= member.headerPosition { low = middle + 1 } else { high = middle }
    }
    return member.headerPosition..<boundaries[low]
  }

  public subscript(name: FileName) -> Member? { indices[name].map { members[$0] } }

  public subscript(name: String) -> Member? { self[FileName(name)] }

  static func damaged(_ path: FileName, _ reason: String) -> FileError {
    .damaged(
      path: path.description, reason: reason, advice: "download or make the archive again")
  }

  func damaged(_ member: Member, _ reason: String) -> FileError {
    Self.damaged(path, "member \(member.name) \(reason)")
  }
}
