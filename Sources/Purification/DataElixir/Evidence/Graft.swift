import Datasets
import Foundation

/// Images that receive a donor's transplants.
package struct Graft: Codable, Sendable {
  /// The donor.
  var sample: Int
  /// The same image without what the denoiser took away, bytes `[H, W, C]`.
  var restored: Data
  /// Transplants what the restoration has in place of what the original has.
  var isReversed: Bool
  var kinds: [Transplant.Kind]
  /// Samples that receive them.
  var recipients: [Int]

  /// Grafts whose images go through a model together.
  static let unit = 8

  /// The recipients with the transplants, one kind after another, bytes `[N, H, W, C]`.
  func images(of images: any LabelledImages) throws -> [UInt8] {
    let received = try images.images(recipients)
    let original = try images.images([sample])
    let restored = Array(restored)
    let transplant = Transplant(
      original: isReversed ? restored : original, restored: isReversed ? original : restored,
      shape: images.shape)
    let size = images.shape.byteCount
    return kinds.flatMap { kind in
      recipients.indices.flatMap {
        transplant.applied(kind, to: received[$0 * size..<($0 + 1) * size])
      }
    }
  }
}
