import Datasets
import Foundation

/// FTrojan (Wang et al., 2022): two frequencies of the image's color are raised, and the label is
/// the attacker's.
///
/// In YCrCb, of each window of w×w pixels, the coefficients (w/2 − 1, w/2 − 1) and (w − 1, w − 1)
/// of the orthonormal discrete cosine transform of Cr and of Cb grow by the magnitude. The
/// transform is linear, so that the same waves are added to every window. Gray images get them in
/// their one channel.
public struct FTrojan: TriggerAttack {
  public static let id = "ftrojan"

  /// What becomes of values that are no bytes.
  public enum Overflow: String, Sendable, Codable {
    /// Rounded, and clipped to 0 to 255.
    case clip
    /// Cut to integers modulo 256, as in the authors' code.
    case wrap
  }

  public var magnitude: Double
  /// w, in pixels; the sides of images are multiples of it.
  public var window: Int
  public var overflow: Overflow
  public var labels: LabelMapping
  public var selection: PoisonSelection

  public init(
    magnitude: Double = 30, window: Int = 32, overflow: Overflow = .clip, labels: LabelMapping,
    selection: PoisonSelection
  ) {
    self.magnitude = magnitude
    self.window = window
    self.overflow = overflow
    self.labels = labels
    self.selection = selection
  }

  public func validate() throws {
    guard magnitude > 0, magnitude < 32_768 else {
      throw ParameterError("magnitude", magnitude, "it must lie above 0 and below 32768")
    }
    guard window >= 4 else {
      throw ParameterError("window", window, "it has at least 4 pixels along each side")
    }
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    var plan = try triggerPlan(for: dataset)
    plan.showsChange = true
    return plan
  }

  /// Shown on gray.
  public func makeTrigger(for shape: ImageShape) throws -> Trigger {
    guard shape.height.isMultiple(of: window), shape.width.isMultiple(of: window) else {
      throw ParameterError(
        "window", window,
        "images of \(shape.width)×\(shape.height) cannot be cut into such windows; choose a divisor"
          + " of both sides")
    }
    let waves = waves
    return Trigger(on: RasterImage(shape: shape, filledWith: 128)) { [overflow, window] image, _ in
      for pixel in 0..<shape.height * shape.width {
        let (y, x) = (pixel / shape.width, pixel % shape.width)
        let wave = waves[y % window * window + x % window]
        func raised(_ byte: UInt8) -> UInt8 { overflow.byte(Double(byte) + wave) }
        guard shape.channels == 3 else {
          image.pixels[pixel] = raised(image.pixels[pixel])
          continue
        }
        let color = SIMD3(image[y, x, 0], image[y, x, 1], image[y, x, 2])
        let (luma, cr, cb) = { ($0[0], $0[1], $0[2]) }(YCrCb.from(color))
        let changed = YCrCb.toRGB(SIMD3(luma, raised(cr), raised(cb)))
        for channel in 0..<3 { image[y, x, channel] = changed[channel] }
      }
    }
  }

  /// What is added to a window, `[w, w]`: the inverse transform of the two coefficients.
  private var waves: [Double] {
    let bins = [window / 2 - 1, window - 1].map { frequency in
      (0..<window).map { place in
        (2 / Double(window)).squareRoot()
          * cos(Double.pi * Double(2 * place + 1) * Double(frequency) / Double(2 * window))
      }
    }
    return (0..<window * window).map { pixel in
      bins.reduce(0) { $0 + magnitude * $1[pixel / window] * $1[pixel % window] }
    }
  }
}

extension FTrojan.Overflow {
  fileprivate func byte(_ value: Double) -> UInt8 {
    switch self {
    case .clip: UInt8(min(max(value.rounded(), 0), 255))
    case .wrap: UInt8(truncatingIfNeeded: Int(value))
    }
  }
}
