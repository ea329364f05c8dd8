import Datasets
import Foundation

/// A wave along the rows: x′ = x + Δ·sin(2πjf/W) in column j, clipped and cut to a byte.
public struct WaveTrigger: Trigger, Equatable {
  public let shape: ImageShape
  /// Δ, in gray levels.
  public let amplitude: Double
  /// f, periods across the width.
  public let frequency: Double

  public init(_ shape: ImageShape, amplitude: Double = 40, frequency: Double = 6) {
    self.shape = shape
    self.amplitude = amplitude
    self.frequency = frequency
  }

  /// The wave on gray.
  public var pattern: RasterImage {
    var gray = RasterImage(shape: shape, filledWith: 128)
    apply(to: &gray, sample: 0)
    return gray
  }

  public func apply(to image: inout RasterImage, sample: Int) {
    let wave = (0..<shape.width).map { column in
      amplitude * sin(2 * Double.pi * Double(column) * frequency / Double(shape.width))
    }
    for index in image.pixels.indices {
      let value = Double(image.pixels[index]) + wave[index / shape.channels % shape.width]
      image.pixels[index] = UInt8(min(max(value, 0), 255))
    }
  }
}
