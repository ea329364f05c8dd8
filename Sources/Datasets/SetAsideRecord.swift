/// A record that is no sample, since it has no usable image or no label; it stays in every copy of
/// the dataset as it is.
public struct SetAsideRecord: Sendable, Equatable, Codable {
  public let name: String
  public let reason: String
}
