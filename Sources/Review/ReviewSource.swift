import Purification
import Support

/// What must be opened to review an output of `purify`.
public struct ReviewSource: Decodable, Sendable {
  /// The dataset that was purified.
  public var data: PurifiedData

  /// - Throws: `FileError` if the folder has no report of this version.
  public init(folder: String) throws {
    self = try JSONText.read(Self.self, from: folder + "/report.json")
  }

  /// The longer side at which networks saw the images.
  public var side: Int { max(data.shape.height, data.shape.width) }
}
