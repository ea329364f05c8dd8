import ComputeBackend
import Datasets

/// WaNet (Nguyen and Tran, 2021): a smooth field warps the image, and the label is the attacker's.
///
/// The field is the same for all images: P ~ U(−1, 1) at k×k points, divided by mean |P|, is
/// stretched to the image by bicubic interpolation; pixel (x, y), in −1 to 1 along each side, comes
/// from (x, y) + s·P/H, clipped to −1 to 1, by bilinear interpolation. In the paper's noise mode
/// other images (`covers`) are warped with U(−1, 1)/H more at each pixel, drawn for each image, and
/// keep their labels. The authors choose poisons and covers anew in each batch; here they are in
/// the data.
public struct WaNet: TriggerAttack {
  public static let id = "wanet"

  /// k, points of the field along each side.
  public var points: Int
  /// s.
  public var strength: Double
  /// The share of all samples that are covers; the authors have twice that of the poisons.
  public var coverRate: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    points: Int = 4, strength: Double = 0.5, coverRate: Double = 0, labels: LabelMapping,
    selection: PoisonSelection
  ) {
    self.points = points
    self.strength = strength
    self.coverRate = coverRate
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    guard (2...64).contains(points) else {
      throw ParameterError("points", points, "the field has 2 to 64 points along each side")
    }
    guard strength > 0, strength < 256 else {
      throw ParameterError("strength", strength, "it must lie above 0 and below 256")
    }
    guard (0...1).contains(coverRate) else {
      throw ParameterError("coverRate", coverRate, "the share of samples must lie between 0 and 1")
    }
  }

  public func makeTrigger(for shape: ImageShape) -> Trigger { warp(shape, noise: 0) }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    var plan = try triggerPlan(for: dataset)
    let poisons = Set(plan.samples)
    let covers = try PoisonSelection.covers(
      rate: coverRate, besides: plan.samples, of: dataset, seed: selection.seed)
    guard !covers.isEmpty, case .trigger(let trigger, _) = plan.goal else { return plan }
    plan.covers = covers
    plan.remarks = ["Covers: \(covers.count) images, warped with noise, keep their labels"]
    let noisy = warp(dataset.shape, noise: 1)
    plan.images = { samples in
      try samples.flatMap { sample in
        (poisons.contains(sample) ? trigger : noisy)
          .applied(to: try dataset.images([sample]), samples: [sample])
      }
    }
    return plan
  }

  /// The warp by the seed's field, with `noise` times U(−1, 1)/H more at each pixel.
  private func warp(_ shape: ImageShape, noise: Double) -> Trigger {
    var random = PhiloxGenerator(seed: selection.seed, purpose: .attackPattern)
    let field = (0..<2 * points * points).map { _ in 2 * Double(random.uniform()) - 1 }
    let mean = field.reduce(0) { $0 + abs($1) } / Double(field.count)
    return warp(field.map { $0 / mean }, points: points, noise: noise, shape)
  }

  /// The warp by a field, shown on a checkerboard.
  ///
  /// - Parameter field: P `[2, k, k]`, along x and along y.
  package func warp(
    _ field: [Double], points: Int, noise: Double, _ shape: ImageShape
  ) -> Trigger {
    let origins = origins(field, points: points, shape)
    let size = SIMD2(Double(shape.width - 1), Double(shape.height - 1))
    return Trigger(on: Self.checkerboard(shape)) { [seed = selection.seed] image, sample in
      let original = image
      var random = PhiloxGenerator(
        seed: seed, stream: UInt32(truncatingIfNeeded: sample), purpose: .poisonPerturbation)
      for (pixel, origin) in origins.enumerated() {
        var origin = origin
        if noise > 0 {
          let draw = SIMD2(Double(random.uniform()), Double(random.uniform()))
          origin += noise * (2 * draw - 1) / Double(shape.height)
        }
        origin.clamp(lowerBound: SIMD2(-1, -1), upperBound: SIMD2(1, 1))
        image.set(pixel, from: original, at: (origin + 1) / 2 * size)
      }
    }
  }

  /// Where each pixel comes from, (x, y) + s·P/H.
  private func origins(_ field: [Double], points: Int, _ shape: ImageShape) -> [SIMD2<Double>] {
    let rows = Self.weights(shape.height, points: points)
    let columns = Self.weights(shape.width, points: points)
    return (0..<shape.height * shape.width).map { pixel in
      let (y, x) = (pixel / shape.width, pixel % shape.width)
      var shift = SIMD2<Double>(0, 0)
      for row in rows[y] {
        for column in columns[x] {
          let point = row.point * points + column.point
          shift +=
            row.weight * column.weight * SIMD2(field[point], field[points * points + point])
        }
      }
      let steps = SIMD2(Double(max(shape.width - 1, 1)), Double(max(shape.height - 1, 1)))
      return 2 * SIMD2(Double(x), Double(y)) / steps - 1 + strength / Double(shape.height) * shift
    }
  }

  /// Bicubic interpolation (A = −0.75) of `points` values at `count` places whose ends are theirs:
  /// for each place four points with their weights.
  private static func weights(_ count: Int, points: Int) -> [[(point: Int, weight: Double)]] {
    (0..<count).map { index in
      let place = Double(index) * Double(points - 1) / Double(max(count - 1, 1))
      let first = place.rounded(.down)
      return (-1...2).map { offset in
        let (t, a) = (abs(place - first - Double(offset)), -0.75)
        let weight =
          t <= 1
          ? ((a + 2) * t - (a + 3)) * t * t + 1 : ((a * t - 5 * a) * t + 8 * a) * t - 4 * a
        return (min(max(Int(first) + offset, 0), points - 1), weight)
      }
    }
  }

  private static func checkerboard(_ shape: ImageShape) -> RasterImage {
    let pixels = (0..<shape.byteCount).map { index -> UInt8 in
      let pixel = index / shape.channels
      return (pixel / shape.width / 4 + pixel % shape.width / 4) % 2 == 0 ? 64 : 192
    }
    return RasterImage(shape: shape, pixels: pixels)
  }
}

extension RasterImage {
  /// Sets a pixel to the value of another image at a place (x, y) in it, by bilinear interpolation.
  fileprivate mutating func set(_ pixel: Int, from image: RasterImage, at place: SIMD2<Double>) {
    let (left, top) = (Int(place.x), Int(place.y))
    let (right, bottom) = (min(left + 1, shape.width - 1), min(top + 1, shape.height - 1))
    let (dx, dy) = (place.x - Double(left), place.y - Double(top))
    for channel in 0..<shape.channels {
      func value(_ y: Int, _ x: Int) -> Double { Double(image[y, x, channel]) }
      let above = (1 - dx) * value(top, left) + dx * value(top, right)
      let below = (1 - dx) * value(bottom, left) + dx * value(bottom, right)
      pixels[pixel * shape.channels + channel] = UInt8(((1 - dy) * above + dy * below).rounded())
    }
  }
}
