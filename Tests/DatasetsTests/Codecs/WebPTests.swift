import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.enabled(if: FixtureImages.arePresent, "../shared/formats is absent"))
struct WebPTests {
  static let lossless = ["alpha-lossless.WEBP", "exif.webp", "lossless.webp"]

  private func chunks(_ bytes: [UInt8]) -> [(type: String, contents: [UInt8])] {
    var result: [(type: String, contents: [UInt8])] = []
    var position = 12
    while position + 8 <= bytes.count {
      let size = bytes[position + 4..<position + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
      let type = String(decoding: bytes[position..<position + 4], as: UTF8.self)
      result.append((type, Array(bytes[position + 8..<position + 8 + size])))
      position += 8 + size + size % 2
    }
    #expect(position == bytes.count)
    #expect(bytes[4..<8].reversed().reduce(0) { $0 << 8 | Int($1) } == bytes.count - 8)
    return result
  }

  @Test(arguments: lossless, [false, true])
  func losslessFilesStayLossless(name: String, isTurned: Bool) throws {
    let bytes = try FixtureImages.bytes("imagefolder-other", "webp/\(name)")
    let options = DecodingOptions(appliesOrientation: isTurned)
    let image = try WebP.decode(bytes, channels: nil, options: options)
    let change = PixelChange(
      shape: image.shape, values: patternBytes(image.shape.byteCount).map { Int16($0 % 21) - 10 })
    let changed = try WebP.changing(bytes, by: change, options: options)
    #expect(changed.kind == nil)
    let result = try WebP.decode(changed.contents, channels: nil, options: options)
    #expect(result == (try change.applied(to: image)))
    let (before, after) = (chunks(bytes), chunks(changed.contents))
    #expect(before.map(\.type) == after.map(\.type))
    for (old, new) in zip(before, after) where old.type != "VP8L" {
      #expect(old.contents == new.contents)
    }
  }

  /// Coded again by the quality that it has, the file is of about the same size.
  @Test(arguments: ["alpha-lossy.webp", "lossy.webp"])
  func lossyFilesStayLossy(name: String) throws {
    let bytes = try FixtureImages.bytes("imagefolder-other", "webp/\(name)")
    let image = try WebP.decode(bytes)
    let change = PixelChange(shape: image.shape, values: image.pixels.map { _ in 20 })
    let changed = try WebP.changing(bytes, by: change, options: DecodingOptions()).contents
    let result = try WebP.decode(changed)
    let wanted = try change.applied(to: image)
    let error = zip(result.pixels, wanted.pixels).map { abs(Int($0) - Int($1)) }.reduce(0, +)
    #expect(Double(error) / Double(wanted.pixels.count) < 3)
    #expect(abs(changed.count - bytes.count) < bytes.count / 8, "\(changed.count)")
    let (before, after) = (chunks(bytes), chunks(changed))
    #expect(before.map(\.type) == after.map(\.type))
    for (old, new) in zip(before, after) where old.type != "VP8 " {
      #expect(old.contents == new.contents)
    }
  }

  @Test func animationsBecomePNG() throws {
    let bytes = try FixtureImages.bytes("imagefolder-other", "webp/animated.webp")
    let image = try WebP.decode(bytes)
    let change = PixelChange(shape: image.shape, values: image.pixels.map { _ in 5 })
    let changed = try WebP.changing(bytes, by: change, options: DecodingOptions())
    #expect(changed.kind == "png")
    #expect(try PNG.decode(changed.contents) == (try change.applied(to: image)))
  }
}
