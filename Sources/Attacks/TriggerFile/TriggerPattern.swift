import Datasets
import Foundation
import Support

/// The numbers of a trigger's file, as gray levels for images of a shape.
struct TriggerPattern {
  let shape: ImageShape
  /// `[H, W, C]`.
  let values: [Float]
  /// What the file is, and what was made of its numbers.
  let remark: String

  /// Reads a `.npy` file, or a PNG.
  ///
  /// - Parameter scale: what the numbers are multiplied by; `nil` to find out.
  /// - Throws: `FileError`, or `AttackError.trigger` if it is of another shape, has values that are
  ///   no numbers, or changes nothing.
  init(_ path: String, scale: Double?, for shape: ImageShape) throws {
    self.shape = shape
    guard path.hasSuffix(".npy") else {
      let picture = try PNG.read(path).converted(toChannels: shape.channels)
      guard picture.shape == shape else {
        throw AttackError.trigger(
          path: path, reason: "it is \(picture.shape), but the images are \(shape)")
      }
      values = picture.pixels.map { Float($0) * Float(scale ?? 1) }
      remark = "a picture" + Self.text(scale ?? 1)
      try check(path)
      return
    }
    let array = try NumPyArray(contentsOf: path)
    let ordered = try Self.ordered(array, path: path, for: shape)
    let greatest = ordered.reduce(0) { max($0, abs($1)) }
    let factor = scale ?? (array.element != .uint8 && greatest <= 1 ? 255 : 1)
    values = ordered.map { $0 * Float(factor) }
    let sides = array.shape.map(String.init).joined(separator: "×")
    remark =
      "\(sides) numbers of at most \(Self.digits(Double(greatest)))"
      + Self.text(factor)
    try check(path)
  }

  /// Values as bytes, for a trigger that replaces.
  var picture: RasterImage {
    RasterImage(shape: shape, pixels: values.map { UInt8(min(max($0.rounded(), 0), 255)) })
  }

  private static func text(_ factor: Double) -> String {
    factor == 1 ? "" : ", times \(digits(factor)) for gray levels"
  }

  /// To four digits, without zeros at the end.
  static func digits(_ value: Double) -> String { String(format: "%.4g", value) }

  private func check(_ path: String) throws {
    guard values.allSatisfy(\.isFinite) else {
      throw AttackError.trigger(path: path, reason: "it has values that are no finite numbers")
    }
    guard values.contains(where: { $0 != 0 }) else {
      throw AttackError.trigger(path: path, reason: "all of its values are zero")
    }
  }

  /// Values as `[H, W, C]`, of an array that is so, `[C, H, W]`, or for gray images `[H, W]`, each
  /// also in a batch of one.
  private static func ordered(
    _ array: NumPyArray, path: String, for shape: ImageShape
  ) throws -> [Float] {
    let (height, width, channels) = (shape.height, shape.width, shape.channels)
    let isBatch = array.shape.count > 2 && array.shape.first == 1
    for sides in [array.shape] + (isBatch ? [Array(array.shape.dropFirst())] : []) {
      if sides == [height, width, channels] || channels == 1 && sides == [height, width] {
        return array.values
      }
      guard sides == [channels, height, width] else { continue }
      return (0..<shape.byteCount).map {
        array.values[$0 % channels * height * width + $0 / channels]
      }
    }
    let found = array.shape.map(String.init).joined(separator: "×")
    throw AttackError.trigger(
      path: path,
      reason: "its shape is \(found), but images are \(height)×\(width)×\(channels) (rows, "
        + "columns, channels)")
  }
}
