import ComputeBackend
import Datasets

/// Random changes of training images, a function of (seed, epoch, sample) alone.
public struct Augmentation: Hashable, Sendable, Codable {
  /// Pixels of black border from which a window of the image's size is cut; 0 for none.
  public var cropPadding: Int
  /// Mirrors half of the images left to right; wrong for digits and letters.
  public var flips: Bool

  public init(cropPadding: Int = 0, flips: Bool = false) {
    precondition(cropPadding >= 0, "Augmentation: a border of \(cropPadding) pixels")
    self.cropPadding = cropPadding
    self.flips = flips
  }

  public static let none = Augmentation()

  /// How one image is changed: source pixel = target pixel + shift, mirrored afterwards.
  struct Draw {
    var rowShift = 0
    var columnShift = 0
    var isFlipped = false

    /// The pixel, row·width + column, that one of the changed image comes from; `nil` for black.
    func source(row: Int, column: Int, height: Int, width: Int) -> Int? {
      let sourceRow = row + rowShift
      let sourceColumn = (isFlipped ? width - 1 - column : column) + columnShift
      guard (0..<height).contains(sourceRow), (0..<width).contains(sourceColumn) else { return nil }
      return sourceRow * width + sourceColumn
    }
  }

  func draw(seed: UInt64, epoch: Int, sample: Int) -> Draw {
    var draw = Draw()
    guard cropPadding > 0 || flips else { return draw }
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(truncatingIfNeeded: sample),
      step: UInt32(truncatingIfNeeded: epoch), purpose: .augmentation)
    if cropPadding > 0 {
      draw.rowShift = Int.random(in: -cropPadding...cropPadding, using: &random)
      draw.columnShift = Int.random(in: -cropPadding...cropPadding, using: &random)
    }
    if flips { draw.isFlipped = Bool.random(using: &random) }
    return draw
  }

  /// Writes the changed image, normalised by a table of each channel's 256 values.
  static func write(
    _ image: ArraySlice<UInt8>, shape: ImageShape, draw: Draw, table: [Float],
    into output: UnsafeMutableBufferPointer<Float>
  ) {
    let (height, width, channels) = (shape.height, shape.width, shape.channels)
    for row in 0..<height {
      for column in 0..<width {
        let source = draw.source(row: row, column: column, height: height, width: width)
        let target = (row * width + column) * channels
        for channel in 0..<channels {
          let byte = source.map { Int(image[image.startIndex + $0 * channels + channel]) } ?? 0
          output[target + channel] = table[channel * 256 + byte]
        }
      }
    }
  }
}
