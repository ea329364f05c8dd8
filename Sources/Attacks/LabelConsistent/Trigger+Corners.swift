import Datasets

extension Trigger {
  /// A pattern in all four corners, added to every channel and clipped to bytes, as published with
  /// the label-consistent attack.
  ///
  /// Of 3×3 cells, as large as whole pixels allow it to be at 3/32 of the image's side.
  ///
  /// - Parameter amplitude: what a light cell adds and a dark one takes away, in gray levels.
  static func corners(_ shape: ImageShape, amplitude: Double) -> Trigger {
    let cell = max(1, min(shape.height, shape.width) / 32)
    // Those on the left; on the right they are mirrored.
    let signs: [[Double]] = [[1, -1, -1], [-1, 1, -1], [1, -1, 1]]
    let side = signs.count * cell
    return Trigger(on: RasterImage(shape: shape, filledWith: 128)) { image, _ in
      for y in 0..<side {
        for x in 0..<side {
          let change = (amplitude * signs[y / cell][x / cell]).rounded()
          for row in [y, shape.height - side + y] {
            for column in [x, shape.width - 1 - x] {
              for channel in 0..<shape.channels {
                let value = Double(image[row, column, channel]) + change
                image[row, column, channel] = UInt8(min(max(value, 0), 255))
              }
            }
          }
        }
      }
    }
  }
}
