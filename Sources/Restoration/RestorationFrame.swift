import Datasets

/// How images fit the networks: padded on all sides by their borders' pixels, evenly, until both
/// sides are multiples of the coarsest patch, and cut out again at the end.
///
/// Patches have 16 pixels up to a side of 48, and twice as many each time that the longer side
/// doubles: 28×28 becomes 32×32, and 20×100 becomes 64×128. Sides below 8 pixels are refused.
public struct RestorationFrame: Hashable, Sendable {
  public let shape: ImageShape
  /// What the networks see.
  public let padded: ImageShape
  /// How often images are halved more than those of 32×32.
  let halvings: Int

  static let leastSide = 8

  /// - Throws: `RestorationError.images`.
  public init(_ shape: ImageShape) throws {
    guard min(shape.height, shape.width) >= Self.leastSide else {
      throw RestorationError.images(
        "images of \(shape) are too small to be restored: both sides need \(Self.leastSide) "
          + "pixels; enlarge them")
    }
    var halvings = 0
    while max(shape.height, shape.width) > 48 << halvings { halvings += 1 }
    let unit = 16 << halvings
    func padded(_ side: Int) -> Int { (side + unit - 1) / unit * unit }
    self.shape = shape
    self.padded = ImageShape(
      height: padded(shape.height), width: padded(shape.width), channels: shape.channels)
    self.halvings = halvings
  }

  /// Rows above and columns to the left of an image.
  private var offset: (row: Int, column: Int) {
    ((padded.height - shape.height) / 2, (padded.width - shape.width) / 2)
  }

  /// Images, bytes `[N, H, W, C]`, with their borders.
  package func pad(_ images: [UInt8]) -> [UInt8] {
    guard padded != shape else { return images }
    return moved(images, from: shape, to: padded) { row, column in
      (
        min(max(row - offset.row, 0), shape.height - 1),
        min(max(column - offset.column, 0), shape.width - 1)
      )
    }
  }

  /// Images without the borders that `pad` gave them.
  package func crop(_ images: [UInt8]) -> [UInt8] {
    guard padded != shape else { return images }
    return moved(images, from: padded, to: shape) { ($0 + offset.row, $1 + offset.column) }
  }

  private func moved(
    _ images: [UInt8], from source: ImageShape, to target: ImageShape,
    _ place: (_ row: Int, _ column: Int) -> (row: Int, column: Int)
  ) -> [UInt8] {
    let count = images.count / source.byteCount
    var result: [UInt8] = []
    result.reserveCapacity(count * target.byteCount)
    for image in 0..<count {
      for row in 0..<target.height {
        for column in 0..<target.width {
          let from = place(row, column)
          let first =
            image * source.byteCount + (from.row * source.width + from.column) * source.channels
          result.append(contentsOf: images[first..<first + source.channels])
        }
      }
    }
    return result
  }
}

/// Images as the networks see them.
struct PaddedImages: LabelledImages {
  let base: any LabelledImages
  let frame: RestorationFrame

  var shape: ImageShape { frame.padded }
  var classCount: Int { base.classCount }
  var labels: [Int32] { base.labels }

  func images(_ samples: [Int]) throws -> [UInt8] { frame.pad(try base.images(samples)) }
}
