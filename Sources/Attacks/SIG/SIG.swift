import Datasets
import Foundation

/// SIG (Barni et al., 2019): a wave over images of the target class; no label changes.
///
/// x′ = x + Δ·sin(2πjf/W) in column j, clipped and cut to a byte.
public struct SIG: TriggerAttack {
  public static let id = "sig"

  /// Δ, in gray levels.
  public var amplitude: Double
  /// f, periods across the width.
  public var frequency: Double
  public var target: Int32
  /// The share of all samples, or of the target class's.
  public var rate: Double
  public var isPerClass: Bool
  public var seed: UInt64

  public init(
    amplitude: Double = 40, frequency: Double = 6, target: Int32, rate: Double,
    isPerClass: Bool = false, seed: UInt64 = 0
  ) {
    self.amplitude = amplitude
    self.frequency = frequency
    self.target = target
    self.rate = rate
    self.isPerClass = isPerClass
    self.seed = seed
  }

  /// Manifests of before shares of classes do not say which share it is.
  public init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      amplitude: try fields.decode(Double.self, forKey: .amplitude),
      frequency: try fields.decode(Double.self, forKey: .frequency),
      target: try fields.decode(Int32.self, forKey: .target),
      rate: try fields.decode(Double.self, forKey: .rate),
      isPerClass: try fields.decodeIfPresent(Bool.self, forKey: .isPerClass) ?? false,
      seed: try fields.decode(UInt64.self, forKey: .seed))
  }

  public var labels: LabelMapping { .allToOne(target: target) }
  public var selection: PoisonSelection {
    PoisonSelection(rate: rate, isPerClass: isPerClass, from: .target, seed: seed)
  }

  public func validate() throws {
    for (name, value) in [("amplitude", amplitude), ("frequency", frequency)] {
      guard value > 0, value < 256 else {
        throw ParameterError(name, value, "it must lie above 0 and below 256")
      }
    }
  }

  /// Shown on gray.
  public func makeTrigger(for shape: ImageShape) -> Trigger {
    let wave = (0..<shape.width).map { column in
      amplitude * sin(2 * Double.pi * Double(column) * frequency / Double(shape.width))
    }
    return Trigger(on: RasterImage(shape: shape, filledWith: 128)) { image, _ in
      for index in image.pixels.indices {
        let value = Double(image.pixels[index]) + wave[index / shape.channels % shape.width]
        image.pixels[index] = UInt8(min(max(value, 0), 255))
      }
    }
  }
}
