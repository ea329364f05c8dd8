/// The file of an image that was changed.
public struct ChangedImage: Equatable, Sendable {
  public let contents: [UInt8]
  /// The ending for its name if it is another kind of file than it was.
  public let kind: String?

  public init(contents: [UInt8], kind: String? = nil) {
    self.contents = contents
    self.kind = kind
  }
}
