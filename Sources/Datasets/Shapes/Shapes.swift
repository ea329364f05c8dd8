import ComputeBackend
import Foundation
import Support

/// A procedural dataset: ten shapes and patterns on 32×32 color images, a pure function of a seed.
///
/// Position, size, rotation, both colors and their gradients, pattern period and phase, and noise
/// are drawn independently of the class, so neither color nor any single pixel tells the class:
/// a linear model fails where a small convolutional network succeeds. Mirroring keeps every class.
public struct Shapes: Sendable {
  public static let classNames = [
    "disc", "ring", "square", "triangle", "cross", "star", "horizontal", "vertical", "diagonal",
    "checker",
  ]
  public static let shape = ImageShape(height: 32, width: 32, channels: 3)

  private let seed: UInt64

  public init(seed: UInt64) { self.seed = seed }

  /// The label of sample `index`: the classes take turns.
  public func label(of index: Int) -> Int32 { Int32(index % Self.classNames.count) }

  /// Sample `index`, the same whatever else is drawn.
  public func image(_ index: Int) -> RasterImage {
    var random = PhiloxGenerator(seed: seed, stream: UInt32(index), purpose: .shapes)
    let figure = ShapeFigure(label: Int(label(of: index)), random: &random)
    let (front, back) = Self.colors(&random)
    let grain = 6 * random.uniform()
    var result = RasterImage(shape: Self.shape, filledWith: 0)
    for y in 0..<Self.shape.height {
      for x in 0..<Self.shape.width {
        let coverage = figure.coverage(y: y, x: x)
        let light = front.at(y: y, x: x) * coverage + back.at(y: y, x: x) * (1 - coverage)
        for channel in 0..<3 {
          let noise = grain * (random.uniform() + random.uniform() - 1)
          let value = (255 * light[channel] + noise).rounded()
          result[y, x, channel] = UInt8(min(max(value, 0), 255))
        }
      }
    }
    return result
  }

  /// Writes samples `range` as a CIFAR-10 batch.
  public func writeBatch(_ range: Range<Int>, to path: String) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count * 3073)
    for index in range {
      let pixels = image(index).pixels
      bytes.append(UInt8(label(of: index)))
      for channel in 0..<3 {
        for pixel in 0..<1024 { bytes.append(pixels[pixel * 3 + channel]) }
      }
    }
    try RandomAccessFile.write(bytes, to: FileName(path))
  }

  /// Writes a CIFAR-10 folder: `data_batch_1.bin`, `test_batch.bin` and `batches.meta.txt`.
  ///
  /// The test samples follow the training samples in the sequence.
  public func writeFolder(_ path: String, training: Int, test: Int, force: Bool = false) throws {
    let folder = try AtomicDirectory(path, force: force)
    try writeBatch(0..<training, to: folder.path + "/data_batch_1.bin")
    try writeBatch(training..<training + test, to: folder.path + "/test_batch.bin")
    let names = Self.classNames.joined(separator: "\n") + "\n"
    try TextFile.write(names, to: folder.path + "/batches.meta.txt")
    try folder.commit()
  }

  /// Two colors with gradients whose brightness differs enough to be told apart in noise.
  private static func colors(
    _ random: inout PhiloxGenerator
  ) -> (front: ColorGradient, back: ColorGradient) {
    while true {
      let front = ColorGradient(&random)
      let back = ColorGradient(&random)
      if abs(front.brightness - back.brightness) >= 0.35 { return (front, back) }
    }
  }
}

/// A color that changes linearly across the image; components in [0, 1].
private struct ColorGradient {
  private let center: SIMD3<Float>
  private let slope: SIMD3<Float>
  private let direction: SIMD2<Float>

  init(_ random: inout PhiloxGenerator) {
    func three(_ random: inout PhiloxGenerator) -> SIMD3<Float> {
      SIMD3(random.uniform(), random.uniform(), random.uniform())
    }
    center = 0.05 + 0.9 * three(&random)
    slope = 0.3 * (three(&random) - 0.5)
    let angle = 2 * Float.pi * random.uniform()
    direction = SIMD2(cos(angle), sin(angle))
  }

  var brightness: Float { (center * SIMD3(0.299, 0.587, 0.114)).sum() }

  func at(y: Int, x: Int) -> SIMD3<Float> {
    let offset = (SIMD2(Float(x), Float(y)) - 15.5) / 16
    return center + slope * (offset * direction).sum()
  }
}
