/// Something that reads files, and how an input becomes its files.
///
/// An error is the right answer to most inputs; a crash, a hang, much memory or a broken
/// precondition is a finding.
public struct Reader: Sendable {
  public let name: String
  public let read: @Sendable (_ input: [UInt8], _ folder: Workspace) throws -> Void
  /// Makes an input that it reads without an error, where only the program itself can write one.
  public let seed: (@Sendable (_ folder: Workspace) throws -> [UInt8])?

  init(
    name: String, seed: (@Sendable (Workspace) throws -> [UInt8])? = nil,
    read: @escaping @Sendable (_ input: [UInt8], _ folder: Workspace) throws -> Void
  ) {
    self.name = name
    self.read = read
    self.seed = seed
  }

  public static let all: [Reader] = codecs + datasets + models + texts + archives + caches
}
