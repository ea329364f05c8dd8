import ComputeBackend
import Datasets

/// Adaptive patches (Qi et al., 2023): each poison and each cover gets one of four faint patches,
/// and test images two or more of them, opaque.
///
/// The patches are squares of random colors, one in each corner.
public struct AdaptivePatch: AdaptiveAttack {
  public static let id = "adaptive-patch"

  /// Weights of the patches on poisons and covers.
  private static let opacities = [0.5, 0.5, 0.3, 0.2]

  /// The patches' side; `nil` for a quarter of the images' shorter one.
  public var side: Int?
  /// How many patches test images get, those of the greatest weights.
  public var testPatches: Int
  /// The weight of patches on test images.
  public var testOpacity: Double
  public var coverRate: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    side: Int? = nil, testPatches: Int = 2, testOpacity: Double = 1, coverRate: Double = 0.006,
    labels: LabelMapping, selection: PoisonSelection
  ) {
    self.side = side
    self.testPatches = testPatches
    self.testOpacity = testOpacity
    self.coverRate = coverRate
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    try validateShares(["coverRate": coverRate], positive: ["testOpacity": testOpacity])
    guard (2...Self.opacities.count).contains(testPatches) else {
      throw ParameterError("testPatches", testPatches, "test images get 2 to 4 of the patches")
    }
  }

  /// Shown on gray.
  public func makeTrigger(for shape: ImageShape) throws -> Trigger {
    let patches = try patches(for: shape).prefix(testPatches)
    return Trigger(on: RasterImage(shape: shape, filledWith: 128)) { [testOpacity] image, _ in
      for patch in patches { patch.blend(into: &image, opacity: testOpacity) }
    }
  }

  func makePartialTrigger(for shape: ImageShape) throws -> Trigger {
    let patches = try patches(for: shape)
    return Trigger(on: RasterImage(shape: shape, filledWith: 128)) { [self] image, sample in
      let number = patch(of: sample)
      patches[number].blend(into: &image, opacity: Self.opacities[number])
    }
  }

  /// The number of the patch that a sample gets.
  package func patch(of sample: Int) -> Int {
    var random = PhiloxGenerator(
      seed: selection.seed, stream: UInt32(truncatingIfNeeded: sample),
      purpose: .poisonPerturbation)
    return Int.random(in: Self.opacities.indices, using: &random)
  }

  private func patches(for shape: ImageShape) throws -> [CornerPatch] {
    let shorter = min(shape.height, shape.width)
    let side = side ?? max(shorter / 4, 1)
    guard side > 0, 2 * side <= shorter else {
      throw ParameterError(
        "side", side, "four patches do not fit into images of \(shape.width)×\(shape.height)")
    }
    return ImageCorner.allCases.enumerated().map { number, corner in
      let picture = Trigger.randomPatch(
        shape, side: side, seed: selection.seed &+ UInt64(number))
      let (top, left) = corner.place(of: picture.shape, in: shape)
      return CornerPatch(picture: picture, top: top, left: left)
    }
  }
}

/// A patch at its place.
private struct CornerPatch {
  let picture: RasterImage
  let top: Int
  let left: Int

  func blend(into image: inout RasterImage, opacity: Double) {
    let row = picture.shape.width * picture.shape.channels
    for (index, byte) in picture.pixels.enumerated() {
      let start = ((top + index / row) * image.shape.width + left) * image.shape.channels
      image.blend(byte, alpha: opacity, at: start + index % row)
    }
  }
}
