/// Something that reads files, and how an input becomes its files.
struct Reader: Sendable {
  let name: String
  let read: @Sendable (_ input: [UInt8], _ folder: Workspace) throws -> Void

  static let all: [Reader] = codecs + datasets + models + texts + archives
}
