import Datasets
import Support

/// Samples that a report shows; their pictures are in `samples.png`.
///
/// The file has a row for each sample: the image before, its change, and after, then those of its
/// candidates that are shown, which may be smaller.
public struct SampleGallery: Codable, Equatable, Sendable {
  public struct Sample: Codable, Equatable, Sendable {
    /// In the dataset.
    public var index: Int
    public var name: String
    public var oldLabel: Int
    public var newLabel: Int
    /// The greatest change of a byte, in 1/255.
    public var greatestChange: Int
    /// Why a person should look at it.
    public var doubt: String?
    /// The victim's label of the original; nil for a method without candidates.
    public var victimLabel: Int?
    /// The victim's labels of the candidates, in order.
    public var candidateLabels: [Int] = []
    /// Positions of the candidates whose pictures are shown.
    public var shown: [Int] = []
  }

  /// Of a sample's pictures, and of its candidates'.
  public var picture: ImageShape
  public var candidate: ImageShape
  public var samples: [Sample] = []

  /// Larger images are shown at this side, so that a report stays small.
  private static let greatestSide = 64
  private static let greatestCandidateSide = 32
  /// A change is drawn so many times as large, around gray.
  package static let magnification = 8
  static let fileName = "samples.png"

  init(of shape: ImageShape) {
    picture = Self.shape(shape, within: Self.greatestSide)
    candidate = Self.shape(shape, within: Self.greatestCandidateSide)
  }

  private static func shape(_ shape: ImageShape, within side: Int) -> ImageShape {
    let longer = max(shape.height, shape.width)
    guard longer > side else { return shape }
    return ImageShape(
      height: max(1, shape.height * side / longer), width: max(1, shape.width * side / longer),
      channels: shape.channels)
  }

  /// What `SampleGallery.fileName` holds.
  var sheet: ImageShape {
    let most = samples.map(\.shown.count).max() ?? 0
    return ImageShape(
      height: max(samples.count, 1) * picture.height,
      width: 3 * picture.width + most * candidate.width, channels: picture.channels)
  }

  /// Where a picture begins in its row: 0 before, 1 the change, 2 after, then the candidates.
  func left(_ place: Int) -> Int {
    place < 3 ? place * picture.width : 3 * picture.width + (place - 3) * candidate.width
  }

  func shape(_ place: Int) -> ImageShape { place < 3 ? picture : candidate }

  /// Reads the pictures of an output folder, row by row.
  func pictures(in folder: String) throws -> [[RasterImage]] {
    let path = folder + "/" + Self.fileName
    let sheet = try PNG.decode(
      try RandomAccessFile.contents(path), channels: picture.channels, options: DecodingOptions())
    guard sheet.shape == self.sheet else {
      throw FileError.damaged(
        path: path, reason: "\(sheet.shape) instead of \(self.sheet)",
        advice: "purify the dataset again")
    }
    return samples.enumerated().map { row, sample in
      (0..<3 + sample.shown.count).map { place in
        sheet.part(top: row * picture.height, left: left(place), shape: shape(place))
      }
    }
  }
}

extension RasterImage {
  /// A rectangle of the image.
  package func part(top: Int, left: Int, shape part: ImageShape) -> RasterImage {
    let rows = (top..<top + part.height).flatMap { row in
      let start = (row * shape.width + left) * shape.channels
      return pixels[start..<start + part.width * shape.channels]
    }
    return RasterImage(shape: part, pixels: rows)
  }

  /// Draws another image, of as many channels, over this one.
  package mutating func put(_ image: RasterImage, top: Int, left: Int) {
    let bytes = image.shape.width * image.shape.channels
    for row in 0..<image.shape.height {
      let start = ((top + row) * shape.width + left) * shape.channels
      pixels.replaceSubrange(
        start..<start + bytes, with: image.pixels[row * bytes..<(row + 1) * bytes])
    }
  }

  /// What an image adds to this one, many times as large, around gray.
  package func change(to after: RasterImage, magnified factor: Int) -> RasterImage {
    let difference = zip(pixels, after.pixels).map {
      UInt8(clamping: 128 + factor * (Int($1) - Int($0)))
    }
    return RasterImage(shape: shape, pixels: difference)
  }

  func resized(to shape: ImageShape) -> RasterImage {
    resized(height: shape.height, width: shape.width)
  }
}
