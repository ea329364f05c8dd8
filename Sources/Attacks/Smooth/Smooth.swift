import ComputeBackend
import Datasets
import Foundation

/// A smooth random pattern is added to the image, and the label is the attacker's.
///
/// Its range is that of the low-frequency triggers of Zeng et al. (2021), 0 to 51, and it is as
/// smooth; but theirs are trained against a model, and this one is drawn by the seed.
public struct Smooth: VariedTriggerAttack {
  public static let id = "smooth"

  /// The greatest value of the pattern, in gray levels; its least one is 0.
  public var amplitude: Double
  /// The standard deviation of the Gaussian that smooths it, in pixels.
  public var smoothness: Double
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    amplitude: Double = 51, smoothness: Double = 6, labels: LabelMapping,
    selection: PoisonSelection
  ) {
    self.amplitude = amplitude
    self.smoothness = smoothness
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    guard amplitude >= 1, amplitude <= 255 else {
      throw ParameterError("amplitude", amplitude, "it must lie between 1 and 255")
    }
    guard smoothness > 0, smoothness <= 1000 else {
      throw ParameterError("smoothness", smoothness, "it must lie above 0 and be at most 1000")
    }
  }

  public func makeTrigger(_ number: Int, for shape: ImageShape) throws -> Trigger {
    var random = PhiloxGenerator(
      seed: selection.seed, stream: UInt32(number), purpose: .attackPattern)
    let noise = (0..<shape.byteCount).map { _ in Double(random.uniform()) }
    return adding(pattern(noise, for: shape))
  }

  public func trigger(_ number: Int, in folder: String, shape: ImageShape) throws -> Trigger {
    adding(try Self.picture(PoisonPlan.triggerFile(number), in: folder, shape: shape))
  }

  /// Noise `[H, W, C]` smoothed along both sides, where it is zero outside, and stretched to 0 to
  /// the amplitude.
  package func pattern(_ noise: [Double], for shape: ImageShape) -> RasterImage {
    let channels = shape.channels
    let rows = smoothed(
      noise, count: shape.width, stride: channels, lines: shape.height * channels
    ) { $0 / channels * shape.width * channels + $0 % channels }
    let field = smoothed(
      rows, count: shape.height, stride: shape.width * channels, lines: shape.width * channels
    ) { $0 }
    let (least, greatest) = (field.min() ?? 0, field.max() ?? 0)
    let scale = greatest > least ? amplitude / (greatest - least) : 0
    return RasterImage(
      shape: shape, pixels: field.map { UInt8((scale * ($0 - least)).rounded()) })
  }

  /// Sums weighted by exp(−d²/2σ²) along each line of an array.
  private func smoothed(
    _ values: [Double], count: Int, stride: Int, lines: Int, start: (Int) -> Int
  ) -> [Double] {
    let weights = (0..<count).map { exp(-Double($0 * $0) / (2 * smoothness * smoothness)) }
    var result = values
    for line in (0..<lines).map(start) {
      for place in 0..<count {
        result[line + place * stride] = (0..<count).reduce(0) {
          $0 + weights[abs(place - $1)] * values[line + $1 * stride]
        }
      }
    }
    return result
  }

  private func adding(_ pattern: RasterImage) -> Trigger {
    let trigger = Trigger.adding(pattern.pixels.map { Float($0) }, for: pattern.shape)
    return Trigger(pattern.shape, pattern: pattern, change: trigger.change)
  }
}
