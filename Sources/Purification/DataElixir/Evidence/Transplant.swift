import Datasets

/// Carries over to another image what distinguishes an image from its restoration.
///
/// If an image owes its label to a trigger, another image that receives the same pixels gets that
/// label too; what makes an image merely hard to tell means nothing elsewhere. (SentiNet, Chou et
/// al. 2020, pastes what a saliency map shows; here the denoiser shows what it took away.)
package struct Transplant {
  package enum Kind: String, Codable, Sendable {
    /// The difference is added: for patterns over the whole image.
    case added
    /// It is subtracted, which undoes a trigger, but not texture.
    case subtracted
    /// The tenth of the image that changed most is pasted: for patches on any background.
    case pastedTenth
    /// The twentieth that changed most is pasted.
    case pastedTwentieth

    /// Those that carry a trigger.
    static let carrying: [Kind] = [.added, .pastedTenth, .pastedTwentieth]

    /// The share of the pixels that is pasted; nil if the difference is added or subtracted.
    var share: Double? {
      switch self {
      case .added, .subtracted: nil
      case .pastedTenth: 0.1
      case .pastedTwentieth: 0.05
      }
    }
  }

  private let original: [UInt8]
  private let restored: [UInt8]
  private let channels: Int
  /// Of the image.
  private let pixels: Int
  /// Pixels from the most changed to the least, as far as any kind pastes.
  private let changed: [Int]

  /// - Parameters:
  ///   - original: the donor, bytes `[H, W, C]`.
  ///   - restored: the same image without what the denoiser took away.
  package init(original: [UInt8], restored: [UInt8], shape: ImageShape) {
    precondition(
      original.count == shape.byteCount && restored.count == shape.byteCount,
      "Transplant: \(original.count) and \(restored.count) bytes for an image of \(shape)")
    self.original = original
    self.restored = restored
    channels = shape.channels
    let change = ChangeMap(original, restored, shape: shape).values
    let order = change.indices.sorted { (-change[$0], $0) < (-change[$1], $1) }
    let most = Kind.carrying.compactMap(\.share).max() ?? 0
    changed = Array(order.prefix(Self.count(of: most, pixels: order.count)))
    pixels = order.count
  }

  private static func count(of share: Double, pixels: Int) -> Int {
    max(1, Int((share * Double(pixels)).rounded()))
  }

  /// The recipient with the donor's peculiarity, bytes `[H, W, C]`.
  package func applied(_ kind: Kind, to recipient: ArraySlice<UInt8>) -> [UInt8] {
    var result = Array(recipient)
    guard let share = kind.share else {
      let sign = kind == .subtracted ? -1 : 1
      for i in result.indices {
        result[i] = UInt8(clamping: Int(result[i]) + sign * (Int(original[i]) - Int(restored[i])))
      }
      return result
    }
    for pixel in changed.prefix(Self.count(of: share, pixels: pixels)) {
      for i in pixel * channels..<(pixel + 1) * channels { result[i] = original[i] }
    }
    return result
  }
}

/// How much each pixel and its neighbours changed: the mean over 3×3 pixels (fewer at the border)
/// of the greatest change of a channel, `[H, W]`.
package struct ChangeMap {
  package let values: [Double]

  package init(_ a: [UInt8], _ b: [UInt8], shape: ImageShape) {
    let (height, width, channels) = (shape.height, shape.width, shape.channels)
    let change = (0..<height * width).map { pixel in
      (pixel * channels..<(pixel + 1) * channels).reduce(0) {
        max($0, abs(Int(a[$1]) - Int(b[$1])))
      }
    }
    var values = [Double](repeating: 0, count: height * width)
    for row in 0..<height {
      for column in 0..<width {
        var (sum, count) = (0, 0)
        for y in max(row - 1, 0)...min(row + 1, height - 1) {
          for x in max(column - 1, 0)...min(column + 1, width - 1) {
            sum += change[y * width + x]
            count += 1
          }
        }
        values[row * width + column] = Double(sum) / Double(count)
      }
    }
    self.values = values
  }
}
