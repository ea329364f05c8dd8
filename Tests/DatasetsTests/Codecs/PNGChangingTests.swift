import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Changed PNG files keep all but their pixels.
@Suite(.enabled(if: FixtureImages.arePresent && CaseArchive.isPresent, "../shared is absent"))
struct PNGChangingTests {
  /// All PNG files among the fixtures that can be read.
  static let files: [(name: String, bytes: [UInt8])] = {
    let fixtures = try? FixtureImages.load("imagefolder-png").samples
      .filter { $0.error == nil }
      .map { (name: $0.key, bytes: try FixtureImages.bytes("imagefolder-png", $0.key)) }
    let suite = try? CaseArchive.files(below: "01-pngsuite/photos/")
    let mixed = try? CaseArchive.files(below: "14-mixed-modes/photos/cat/")
    return (fixtures ?? []) + (suite ?? []) + (mixed ?? [])
  }()

  /// What is in a file: its header's color type and bit depth, and other chunks than the pixels'.
  struct Outline: Equatable {
    var kind: [UInt8]
    var chunks: [String: [UInt8]] = [:]

    init(_ bytes: [UInt8]) {
      kind = Array(bytes[24..<29])
      var position = 33
      var number = 0
      while position + 12 <= bytes.count {
        let size = bytes[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
        let type = String(decoding: bytes[position + 4..<position + 8], as: UTF8.self)
        let end = min(position + 12 + size, bytes.count)
        if type != "IDAT" { chunks["\(number) \(type)"] = Array(bytes[position..<end]) }
        if type != "IDAT" { number += 1 }
        position = end
      }
    }
  }

  @Test func noChangeLeavesAllAsItWas() throws {
    #expect(Self.files.count == 39 + 90 + 30)
    for (name, bytes) in Self.files {
      let image = try PNG.decode(bytes)
      let change = PixelChange(from: image, to: image)
      let changed = try PNG.changing(bytes, by: change, options: DecodingOptions())
      #expect(changed.kind == nil)
      #expect(try PNG.decode(changed.contents) == image, "\(name)")
      #expect(Outline(changed.contents) == Outline(bytes), "\(name)")
    }
  }

  /// Noise of 8 levels, equal in all channels or not.
  @Test(arguments: [true, false])
  func changesAreExactAndAlphaStays(isGray: Bool) throws {
    for (name, bytes) in Self.files {
      let (image, alpha) = try PNG.decodeWithAlpha(bytes)
      let target = ImageShape(
        height: image.shape.height, width: image.shape.width, channels: isGray ? 1 : 3)
      let noise = patternBytes(target.byteCount, seed: name.utf8.count).map { Int16($0 % 17) - 8 }
      let change = PixelChange(shape: target, values: noise)
      let changed = try PNG.changing(bytes, by: change, options: DecodingOptions()).contents
      let (newImage, newAlpha) = try PNG.decodeWithAlpha(changed)
      #expect(newImage == (try change.applied(to: image)), "\(name)")
      let opaque = [UInt8](repeating: 255, count: target.height * target.width)
      #expect(newAlpha ?? opaque == alpha ?? opaque, "\(name)")
      // All of 8 bits and more that have no transparent color stay what they are.
      let former = Outline(bytes)
      let isPlain = [2, 6].contains(former.kind[1]) || (isGray && former.kind[0] >= 8)
      if isPlain, former.kind[1] != 3, !former.chunks.keys.contains(where: { $0.contains("tRNS") })
      {
        #expect(Outline(changed) == former, "\(name)")
      }
    }
  }

  /// One pixel of a palette image gets a color that the palette has, or that it has room for.
  @Test func palettesTakeUpNewColors() throws {
    for (name, bytes) in Self.files where bytes[25] == 3 {
      let image = try PNG.decode(bytes)
      var changedImage = image
      for channel in 0..<3 { changedImage[0, 0, channel] ^= 1 }
      let change = PixelChange(from: image, to: changedImage)
      let changed = try PNG.changing(bytes, by: change, options: DecodingOptions()).contents
      #expect(try PNG.decode(changed) == changedImage, "\(name)")
      let isFull = Outline(bytes).chunks.contains {
        $0.key.contains("PLTE") && $0.value.count == 780
      }
      if !isFull { #expect(changed[25] == 3, "\(name)") }
    }
  }

  /// Of 16 bits the low ones stay: 0x1234 + 3 levels is 0x1534.
  @Test func sixteenBitsKeepTheirLowByte() throws {
    let bytes = try FixtureImages.bytes("imagefolder-png", "rgb/16.png")
    let image = try PNG.decode(bytes)
    let shape = image.shape
    let up = PixelChange(shape: shape, values: image.pixels.map { $0 < 250 ? 3 : 0 })
    let down = PixelChange(shape: shape, values: up.values.map { -$0 })
    let changed = try PNG.changing(bytes, by: up, options: DecodingOptions()).contents
    let back = try PNG.changing(changed, by: down, options: DecodingOptions()).contents
    let none = PixelChange(shape: shape, values: up.values.map { $0 * 0 })
    let same = try PNG.changing(bytes, by: none, options: DecodingOptions()).contents
    #expect(back == same)
    #expect(changed != same)
  }

  /// The change of an image seen upright, in a file that is turned.
  @Test func changesAreTurnedBack() throws {
    let bytes = try FixtureImages.bytes("imagefolder-png", "rgb/exif.png")
    let options = DecodingOptions(appliesOrientation: true)
    let image = try PNG.decode(bytes, channels: nil, options: options)
    var wanted = image
    wanted[3, 30, 1] ^= 0x55
    let change = PixelChange(from: image, to: wanted)
    let changed = try PNG.changing(bytes, by: change, options: options).contents
    #expect(try PNG.decode(changed, channels: nil, options: options) == wanted)
    #expect(Outline(changed) == Outline(bytes))
  }
}
