import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct PNGTests {
  @Test(arguments: [(1, 1, 1), (1, 1, 3), (3, 5, 1), (7, 13, 3), (1, 300, 3), (257, 2, 1)])
  func roundTripsOddSizes(height: Int, width: Int, channels: Int) throws {
    let shape = ImageShape(height: height, width: width, channels: channels)
    let image = RasterImage(shape: shape, pixels: patternBytes(shape.byteCount))
    #expect(try PNG.decode(PNG.encode(image)) == image)
  }

  @Test func everyTruncationIsAnError() throws {
    let shape = ImageShape(height: 5, width: 6, channels: 3)
    let bytes = try PNG.encode(RasterImage(shape: shape, pixels: patternBytes(90)))
    // What may be missing is only the final chunk, which carries no pixels.
    for count in 0..<bytes.count - 12 {
      #expect(throws: ImageFailure.self, "\(count) of \(bytes.count) bytes") {
        try PNG.decode(Array(bytes[..<count]))
      }
    }
  }

  @Test func damagedPixelDataIsAnError() throws {
    let shape = ImageShape(height: 16, width: 16, channels: 1)
    var bytes = try PNG.encode(RasterImage(shape: shape, pixels: patternBytes(256)))
    bytes[bytes.count / 2] ^= 0x55
    #expect(throws: ImageFailure.self) { try PNG.decode(bytes) }
  }

  @Test func hugeSizesAreRefusedBeforeAllocation() throws {
    let shape = ImageShape(height: 2, width: 2, channels: 1)
    var bytes = try PNG.encode(RasterImage(shape: shape, filledWith: 1))
    bytes.replaceSubrange(16..<24, with: bigEndian([0x7FFF_FFFF, 0x7FFF_FFFF]))
    #expect(throws: ImageFailure.self) { try PNG.decode(bytes) }
    bytes.replaceSubrange(16..<24, with: bigEndian([0, 2]))
    #expect(throws: ImageFailure.self) { try PNG.decode(bytes) }
  }

  /// A 2×1 RGBA image (10, 20, 30, 0), (40, 50, 60, 255).
  @Test func alphaIsDroppedWithoutBlending() throws {
    let data = try #require(Data(base64Encoded: PNGTests.alpha))
    #expect(try PNG.decode([UInt8](data)).pixels == [10, 20, 30, 40, 50, 60])
  }

  /// A 2×1 palette image of (255, 0, 0) and (0, 0, 255), and a 2×1 gray image of 0x0102, 0x0304.
  @Test func palettesAreExpandedAndDeepImagesReadByTheHighByte() throws {
    let palette = try #require(Data(base64Encoded: PNGTests.palette))
    #expect(try PNG.decode([UInt8](palette)).pixels == [255, 0, 0, 0, 0, 255])
    let deep = try #require(Data(base64Encoded: PNGTests.deep))
    let image = try PNG.decode([UInt8](deep))
    #expect(image.shape == ImageShape(height: 1, width: 2, channels: 1))
    #expect(image.pixels == [1, 3])
  }

  static let alpha = """
    iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGPgEpFj0DCy+Q8ABEYB0jfiihQAAAAASUVO\
    RK5CYII=
    """
  static let palette = """
    iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAMAAADD/I+4AAAABlBMVEX/AAAAAP9sof2OAAAAC0lEQVR4nGNgYAQAAAQA\
    Ar96P0oAAAAASUVORK5CYII=
    """
  static let deep = """
    iVBORw0KGgoAAAANSUhEUgAAAAIAAAABEAAAAACB2fwVAAAADUlEQVR4nGNgZGJmAQAAGQAL51pGpAAAAABJRU5ErkJg\
    gg==
    """

  @Test func fileErrorsNameTheFile() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3], to: "a.png")
    let path = folder.path + "/a.png"
    let error = #expect(throws: FileError.self) { try PNG.read(path) }
    #expect(try #require(error).description.hasPrefix("\(path): it is not a PNG image; "))
    #expect(throws: FileError.notFound(path: path + "x")) { try PNG.read(path + "x") }
    #expect(throws: FileError.self) { try PNG.read(folder.path) }
  }
}
