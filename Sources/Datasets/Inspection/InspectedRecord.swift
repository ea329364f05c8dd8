/// What a record of a dataset holds, or what is wrong with it.
public struct InspectedRecord: Sendable, Equatable, Encodable {
  /// Its name in the dataset.
  public let key: String
  /// nil if it has none.
  public let label: Int32?
  /// The label's name.
  public let `class`: String?
  /// In pixels.
  public let width: Int?
  public let height: Int?
  /// As it is read: 3 of image files, whatever they store.
  public let channels: Int?
  /// Of the decoded image as 8-bit RGB, rows of interleaved pixels; nil if it was not decoded.
  public let sha256: String?
  /// Why there is no image.
  public let problem: String?

  private enum CodingKeys: String, CodingKey {
    case key, label, `class`, width, height, channels, sha256, problem
  }

  /// A record without an image is its key, its label and the problem.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(key, forKey: .key)
    try container.encode(label, forKey: .label)
    try container.encode(self.class, forKey: .class)
    try container.encodeIfPresent(width, forKey: .width)
    try container.encodeIfPresent(height, forKey: .height)
    try container.encodeIfPresent(channels, forKey: .channels)
    try container.encodeIfPresent(sha256, forKey: .sha256)
    try container.encodeIfPresent(problem, forKey: .problem)
  }
}
