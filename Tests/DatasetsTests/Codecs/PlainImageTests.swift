import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// BMP, PNM and GIF, which have decoders of their own.
@Suite struct PlainImageTests {
  static let files = [
    "bmp/1.bmp", "bmp/24.bmp", "bmp/32.bmp", "bmp/8.BMP", "bmp/gray.bmp", "bmp/top-down.bmp",
    "pnm/16bit.ppm", "pnm/comment.ppm", "pnm/p3.ppm", "pnm/p5.pgm", "pnm/p6.ppm",
  ]

  @Test(.enabled(if: FixtureImages.arePresent), arguments: files)
  func changesAreExactAndTheRestStays(name: String) throws {
    let bytes = try FixtureImages.bytes("imagefolder-other", name)
    let options = DecodingOptions()
    let image = try ImageCodecs.decode(bytes)
    let none = PixelChange(from: image, to: image)
    #expect(try ImageCodecs.changing(bytes, by: none) == ChangedImage(contents: bytes))

    // Two pixels change their places, so that a palette has all colors.
    var swapped = image
    for channel in 0..<image.shape.channels {
      swapped[3, 4, channel] = image[20, 30, channel]
      swapped[20, 30, channel] = image[3, 4, channel]
    }
    let swap = PixelChange(from: image, to: swapped)
    let changed = try ImageCodecs.changing(bytes, by: swap, options: options)
    #expect(changed.kind == nil)
    #expect(changed.contents[..<54] == bytes[..<54])
    #expect(try ImageCodecs.decode(changed.contents) == swapped)

    // Noise takes what it needs: 24 bits, a maximum of 255, color.
    let noise = PixelChange(
      shape: ImageShape(height: 30, width: 39, channels: 3),
      values: patternBytes(3510).map { Int16($0 % 9) - 4 })
    let noisy = try ImageCodecs.changing(bytes, by: noise, keepsGray: false)
    #expect(try ImageCodecs.decode(noisy.contents) == (try noise.applied(to: image)))
    let isColored = name == "pnm/p5.pgm"
    #expect(noisy.kind == (isColored ? "ppm" : nil))

    for count in [3, 20, 60, bytes.count / 2, bytes.count * 9 / 10] {
      #expect(throws: ImageFailure.self, "\(count)") {
        try ImageCodecs.decode(Array(bytes[..<count]))
      }
    }
  }

  /// A BMP header of 40 bytes with a palette of 8 colors (i, 2i, 3i).
  private func bitmap(
    width: Int32, height: Int32, bits: UInt16, compression: UInt32, colors: UInt32,
    _ pixels: [UInt8]
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(contentsOf: Array("BM".utf8))
    let start = 54 + 4 * colors
    for word in [start + UInt32(pixels.count), 0, start, 40] { writer.append(word) }
    writer.append(width)
    writer.append(height)
    writer.append(UInt16(1))
    writer.append(bits)
    for word in [compression, 0, 0, 0, colors, 0] { writer.append(word) }
    for color in 0..<UInt8(colors) {
      writer.append(contentsOf: [3 * color, 2 * color, color, 0])
    }
    writer.append(contentsOf: pixels)
    return writer.bytes
  }

  /// Three times 5, once 7, the end of the row; four values as they are; the end.
  @Test func runLengthsAreDecoded() throws {
    let runs: [UInt8] = [3, 5, 1, 7, 0, 0, 0, 4, 1, 2, 3, 4, 0, 1]
    let bytes = bitmap(width: 4, height: 2, bits: 8, compression: 1, colors: 8, runs)
    let image = try BMP.decode(bytes)
    let colors: [UInt8] = [1, 2, 3, 4, 5, 5, 5, 7]
    #expect(image.pixels == colors.flatMap { [$0, 2 * $0, 3 * $0] })
    // Of 4 bits: five times 1 and 2 in turn; three values 3, 4, 5 in two bytes.
    let nibbles = bitmap(
      width: 8, height: 1, bits: 4, compression: 2, colors: 8, [5, 0x12, 0, 3, 0x34, 0x50, 0, 1])
    let row = try BMP.decode(nibbles)
    let indices: [UInt8] = [1, 2, 1, 2, 1, 3, 4, 5]
    #expect(row.pixels == indices.flatMap { [$0, 2 * $0, 3 * $0] })
    let change = PixelChange(from: row, to: row)
    #expect(try BMP.changing(nibbles, by: change, options: DecodingOptions()).kind == "png")
  }

  /// A file of 42 bytes, found by fuzzing, ended within the fields that are copied as they are.
  @Test(arguments: 0...54)
  func aHeaderThatIsCutShortIsRefused(size: Int) throws {
    // 4×4 pixels of 1 bit, pixels from byte 62 on.
    let header: [UInt8] =
      Array("BM".utf8) + [78, 0, 0, 0, 0, 0, 0, 0, 62, 0, 0, 0, 40, 0, 0, 0]
      + [4, 0, 0, 0, 4, 0, 0, 0, 1, 0, 1, 0] + [UInt8](repeating: 0, count: 24)
    #expect(header.count == 54)
    let bytes = Array(header.prefix(size))
    #expect(throws: ImageFailure.self) {
      try BMP.header(bytes, isWhole: true, options: DecodingOptions())
    }
    #expect(throws: ImageFailure.self) {
      try BMP.decode(bytes, channels: nil, options: DecodingOptions())
    }
  }

  /// 0 11111 00000 10000: red 31 of 31, blue 16 of 31, which is 131 of 255.
  @Test func sixteenBitsHaveFiveAChannel() throws {
    let bytes = bitmap(
      width: 1, height: 1, bits: 16, compression: 0, colors: 0, [0x10, 0x7C, 0, 0])
    #expect(try BMP.decode(bytes).pixels == [255, 0, 131])
    // 16 of 31 to 15 of 31, which is 123; 130 of 255 takes 24 bits.
    for (difference, size) in [(-8, 16), (-1, 24)] {
      let change = PixelChange(
        shape: ImageShape(height: 1, width: 1, channels: 3), values: [0, 0, Int16(difference)])
      let changed = try BMP.changing(bytes, by: change, options: DecodingOptions()).contents
      #expect(
        try BMP.decode(changed).pixels == [255, 0, UInt8(131 + difference)])
      #expect(Int(changed[28]) == size)
    }
  }

  @Test(arguments: [
    ("P1\n3 1\n101", [0, 255, 0]), ("P1 # black\n1 # high\n2\n1\n0\n", [0, 255]),
    ("P2 2 1 15 5 15\n", [85, 255]), ("P3 1 1 1023\n1023 512 # half\n2", [255, 128, 0]),
  ])
  func plainNumbersAreScaled(text: String, values: [UInt8]) throws {
    let image = try PNM.decode(Array(text.utf8))
    #expect(image.pixels == values)
    // Each value mirrored stays the same kind of file.
    let change = PixelChange(
      shape: image.shape, values: image.pixels.map { $0 == 255 ? -255 : $0 == 0 ? 255 : 0 })
    let changed = try PNM.changing(Array(text.utf8), by: change, options: DecodingOptions())
    #expect(try PNM.decode(changed.contents).pixels == (try change.applied(to: image)).pixels)
    #expect(changed.contents.prefix(2) == Array(text.utf8).prefix(2))
  }

  @Test(arguments: [
    "P3 1 1 9 1 2 10", "P2 1 1 0 0", "P2 1 1 x", "P5 70000 1 255 ", "P5 2 2 255 ab",
  ])
  func badNumbersAreErrors(text: String) {
    #expect(throws: ImageFailure.self) { try PNM.decode(Array(text.utf8)) }
  }

  /// An animation becomes a PNG file of its first frame.
  @Test(.enabled(if: FixtureImages.arePresent), arguments: ["gif/static.gif", "gif/animated.gif"])
  func gifBecomesPNG(name: String) throws {
    let bytes = try FixtureImages.bytes("imagefolder-other", name)
    let image = try GIF.decode(bytes)
    let change = PixelChange(shape: image.shape, values: image.pixels.map { _ in 1 })
    let changed = try GIF.changing(bytes, by: change, options: DecodingOptions())
    #expect(changed.kind == "png")
    #expect(try PNG.decode(changed.contents) == (try change.applied(to: image)))
  }

  /// 3×5 with 4 colors, interlaced: rows 0, 4, 2, 1, 3.
  ///
  /// Codes of 3 bits and then more: clear (4),
  /// the values, end (5); made by hand with a clear code before the codes would grow.
  @Test func interlacedRowsAreSorted() throws {
    let rows: [[Int]] = [[0, 1, 2], [3, 3, 3], [1, 1, 1], [2, 2, 2], [0, 0, 1]]
    var codes: [Int] = []
    for value in [0, 4, 2, 1, 3].flatMap({ rows[$0] }) { codes += [4, value] }
    codes.append(5)
    var packed: [UInt8] = []
    for (index, code) in codes.enumerated() {
      for bit in 0..<3 {
        let place = 3 * index + bit
        if place % 8 == 0 { packed.append(0) }
        packed[place / 8] |= UInt8(code >> bit & 1) << UInt8(place % 8)
      }
    }
    var bytes = Array("GIF89a".utf8) + [3, 0, 5, 0, 0x81, 0, 0]
    for color in 0..<4 { bytes += [UInt8(10 * color), 0, 0] }
    bytes += [0x2C, 0, 0, 0, 0, 3, 0, 5, 0, 0x40, 2, UInt8(packed.count)] + packed + [0, 0x3B]
    let image = try GIF.decode(bytes)
    let reds = stride(from: 0, to: image.pixels.count, by: 3).map { Int(image.pixels[$0]) / 10 }
    #expect(reds == rows.flatMap { $0 })
  }
}
