import Support

/// A member of a tar archive, and where it lies.
package struct TarMember: Sendable {
  /// The name as it stands there, which is never used as a path.
  let name: FileName
  /// `0` for a regular file.
  let type: UInt8
  /// The whole member: headers, contents and padding.
  let range: Range<Int>
  /// Its contents.
  let contents: Range<Int>

  var isFile: Bool { type == UInt8(ascii: "0") }

  /// What it is, if it is no regular file.
  var kind: String {
    switch type {
    case UInt8(ascii: "1"), UInt8(ascii: "2"): "a link, which is not followed"
    case UInt8(ascii: "3"), UInt8(ascii: "4"), UInt8(ascii: "6"): "a device"
    case UInt8(ascii: "5"): "a folder"
    case UInt8(ascii: "g"): "a global header"
    default: "no regular file"
    }
  }
}
