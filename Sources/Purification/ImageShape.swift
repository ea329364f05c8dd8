/// Size of an 8-bit image `[H, W, C]`.
public struct ImageShape: Hashable, Codable, Sendable, CustomStringConvertible {
  public var height: Int
  public var width: Int
  public var channels: Int

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  public var count: Int { height * width * channels }
  public var description: String { "\(height)×\(width)×\(channels)" }
}
