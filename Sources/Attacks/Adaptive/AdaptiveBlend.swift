import ComputeBackend
import Datasets

/// Adaptive blending (Qi et al., 2023): of a picture cut into pieces a random half shines through
/// each poison and each cover, and all of it through test images.
public struct AdaptiveBlend: AdaptiveAttack {
  public static let id = "adaptive-blend"

  /// The PNG file of the picture, resized to the images; `nil` for random bytes.
  public var pattern: String?
  /// The picture's weight α in poisons and covers.
  public var alpha: Double
  /// Its weight in test images.
  public var testAlpha: Double
  /// Pieces along each side.
  public var pieces: Int
  /// The share of the pieces that shine through a poison or a cover.
  public var share: Double
  public var coverRate: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    pattern: String? = nil, alpha: Double = 0.15, testAlpha: Double = 0.2, pieces: Int = 4,
    share: Double = 0.5, coverRate: Double = 0.003, labels: LabelMapping,
    selection: PoisonSelection
  ) {
    self.pattern = pattern
    self.alpha = alpha
    self.testAlpha = testAlpha
    self.pieces = pieces
    self.share = share
    self.coverRate = coverRate
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    try validateShares(
      ["coverRate": coverRate],
      positive: ["alpha": alpha, "testAlpha": testAlpha, "share": share])
    guard (1...64).contains(pieces) else {
      throw ParameterError("pieces", pieces, "there are 1 to 64 pieces along each side")
    }
  }

  public func makeTrigger(for shape: ImageShape) throws -> Trigger {
    .blending(try picture(for: shape), alpha: testAlpha)
  }

  public func trigger(in folder: String, shape: ImageShape) throws -> Trigger {
    .blending(
      try Self.picture(PoisonPlan.triggerFile, in: folder, shape: shape), alpha: testAlpha)
  }

  func makePartialTrigger(for shape: ImageShape) throws -> Trigger {
    let picture = try picture(for: shape)
    return Trigger(shape, pattern: picture) { [self] image, sample in
      let shown = Set(shownPieces(of: sample))
      for place in image.pixels.indices {
        let (y, x) = (place / shape.channels / shape.width, place / shape.channels % shape.width)
        let piece = y * pieces / shape.height * pieces + x * pieces / shape.width
        if shown.contains(piece) {
          image.blend(picture.pixels[place], alpha: alpha, at: place)
        }
      }
    }
  }

  private func picture(for shape: ImageShape) throws -> RasterImage {
    try Trigger.blendedPattern(pattern, seed: selection.seed, for: shape)
  }

  /// Numbers of the pieces that a sample gets, row by row.
  package func shownPieces(of sample: Int) -> [Int] {
    var random = PhiloxGenerator(
      seed: selection.seed, stream: UInt32(truncatingIfNeeded: sample),
      purpose: .poisonPerturbation)
    let count = Int((share * Double(pieces * pieces)).rounded())
    return random.choose(max(count, 1), of: Array(0..<pieces * pieces))
  }
}
