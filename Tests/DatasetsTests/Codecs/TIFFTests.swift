import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.enabled(if: FixtureImages.arePresent, "../shared/formats is absent"))
struct TIFFTests {
  static let names = [
    "big-endian.tiff", "deflate.tif", "gray16.tif", "lzw.tif", "orientation-6.tif", "pages.tif",
    "plain.tif", "planar.tif", "tiled.tif",
  ]

  @Test(arguments: names)
  func changesAreExactAndNoChangeKeepsAllBytes(name: String) throws {
    let bytes = try FixtureImages.bytes("imagefolder-other", "tiff/\(name)")
    let image = try TIFF.decode(bytes)
    let none = PixelChange(from: image, to: image)
    let same = try TIFF.changing(bytes, by: none, options: DecodingOptions())
    #expect(same == ChangedImage(contents: bytes))
    let noise = PixelChange(
      shape: image.shape, values: patternBytes(image.shape.byteCount).map { Int16($0 % 33) - 16 })
    let changed = try TIFF.changing(bytes, by: noise, options: DecodingOptions())
    #expect(changed.kind == nil)
    #expect(try TIFF.decode(changed.contents) == (try noise.applied(to: image)))
    // Back again, all is as it was, also the low bytes of 16 bits.
    if name == "plain.tif" || name == "gray16.tif" {
      let result = try TIFF.decode(changed.contents)
      let back = PixelChange(from: result, to: image)
      let restored = try TIFF.changing(changed.contents, by: back, options: DecodingOptions())
      #expect(restored.contents == bytes)
    }
  }

  @Test func colorInGrayTakesPNG() throws {
    let bytes = try FixtureImages.bytes("imagefolder-other", "tiff/gray16.tif")
    let image = try TIFF.decode(bytes)
    let shape = ImageShape(height: image.shape.height, width: image.shape.width, channels: 3)
    let red = PixelChange(
      shape: shape, values: (0..<shape.byteCount).map { $0 % 3 == 0 ? 1 : 0 })
    let changed = try TIFF.changing(bytes, by: red, options: DecodingOptions())
    #expect(changed.kind == "png")
    #expect(try PNG.decode(changed.contents) == (try red.applied(to: image)))
  }

  /// A 2×1 file by hand: 12 bytes of header and pixels, then a directory of single values.
  private func tiny(_ fields: [(tag: UInt16, value: UInt32)], _ pixels: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: [0x49, 0x49, 42, 0, 12, 0, 0, 0] + pixels)
    let common: [(tag: UInt16, value: UInt32)] = [
      (256, 2), (257, 1), (259, 1), (273, 8), (278, 1),
    ]
    let all = (common + fields).sorted { $0.tag < $1.tag }
    writer.append(UInt16(all.count))
    for field in all {
      writer.append(field.tag)
      writer.append(UInt16(4))
      writer.append(UInt32(1))
      writer.append(field.value)
    }
    writer.append(UInt32(0))
    return writer.bytes
  }

  /// Two values of 4 bits, of which 0 is white: 3 and 15 are 255 − 51 and 0.
  @Test func whiteMayBeZero() throws {
    let bytes = tiny([(258, 4), (262, 0), (279, 1)], [0x3F, 0, 0, 0])
    #expect(try TIFF.decode(bytes).pixels == [204, 0])
    let shape = ImageShape(height: 1, width: 2, channels: 1)
    // 204 − 34 = 170 is 255 − 5·17.
    let change = PixelChange(shape: shape, values: [-34, 0])
    let changed = try TIFF.changing(bytes, by: change, options: DecodingOptions())
    #expect(changed.contents == tiny([(258, 4), (262, 0), (279, 1)], [0x5F, 0, 0, 0]))
    let odd = PixelChange(shape: shape, values: [-1, 0])
    #expect(try TIFF.changing(bytes, by: odd, options: DecodingOptions()).kind == "png")
  }

  @Test func floatingPointIsRefused() {
    let bytes = tiny([(258, 16), (262, 1), (279, 4), (339, 3)], [0, 0, 0, 0])
    #expect(throws: ImageFailure(reason: "the TIFF data are corrupt (sample format 3 is not read)"))
    {
      try TIFF.decode(bytes)
    }
  }
}
