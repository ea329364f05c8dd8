/// Height, width and channels shared by all images of a dataset; pixels are bytes `[H, W, C]`.
public struct ImageShape: Hashable, Sendable, Codable, CustomStringConvertible {
  public var height: Int
  public var width: Int
  /// 1 (gray) or 3 (red, green, blue).
  public var channels: Int

  public init(height: Int, width: Int, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// The greatest height and width that are read.
  static let sideLimit = 16_384

  /// Whether height and width, which a file states, are within bounds.
  var isReadable: Bool {
    (1...Self.sideLimit).contains(height) && (1...Self.sideLimit).contains(width)
  }

  /// Bytes of one image.
  public var byteCount: Int { height * width * channels }

  /// `[count, H, W, C]`.
  public func batchShape(_ count: Int) -> [Int] { [count, height, width, channels] }

  public var description: String { "\(width)×\(height)×\(channels)" }
}
