import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Changed JPEG files keep their coding, their metadata, and the coefficients of other blocks.
@Suite(.enabled(if: FixtureImages.arePresent, "../shared/formats is absent"))
struct JPEGChangingTests {
  /// All JPEG files among the fixtures that can be read.
  static let files: [(name: String, bytes: [UInt8])] = {
    let samples = try? FixtureImages.load("imagefolder-jpeg").samples
      .filter { $0.error == nil && $0.key != "9-retina/really-png.jpg" }
      .map { (name: $0.key, bytes: try FixtureImages.bytes("imagefolder-jpeg", $0.key)) }
    return samples ?? []
  }()

  @Test func noChangeGivesTheSameBytes() throws {
    #expect(Self.files.count == 41)
    for (name, bytes) in Self.files {
      let image = try JPEG.decode(bytes)
      let change = PixelChange(from: image, to: image)
      let changed = try JPEG.changing(bytes, by: change, options: DecodingOptions())
      #expect(try JPEG.decode(changed.contents) == image, "\(name)")
      #expect(changed.contents == bytes, "\(name): \(changed.contents.count) of \(bytes.count)")
    }
  }

  /// 24 levels up and down in the upper half arrive within 0.6 levels on average, but where
  /// quantization is rougher; the lower half stays.
  @Test func changesArriveAndOtherBlocksStay() throws {
    for (name, bytes) in Self.files {
      let image = try JPEG.decode(bytes)
      let shape = image.shape
      var wanted = image
      for y in 0..<shape.height / 2 {
        for x in 0..<shape.width {
          for channel in 0..<shape.channels {
            let value = Int(image[y, x, channel]) + (x / 16 % 2 == 0 ? 24 : -24)
            wanted[y, x, channel] = UInt8(min(max(value, 0), 255))
          }
        }
      }
      let change = PixelChange(from: image, to: wanted)
      let changed = try JPEG.changing(bytes, by: change, options: DecodingOptions()).contents
      let result = try JPEG.decode(changed)
      let errors = zip(result.pixels, wanted.pixels).map { abs(Int($0) - Int($1)) }
      let error = Double(errors.reduce(0, +)) / Double(errors.count)
      let isRough = name == "coffee/q1.jpg" || name == "Zoo cat/10.jpg"
      #expect(error < (isRough ? 4 : 0.6), "\(name)")
      // A block of 16 lines may lie across, and chroma is interpolated one line further.
      let stays = min(shape.height / 2 + 17, shape.height) * shape.width * shape.channels
      #expect(result.pixels[stays...] == image.pixels[stays...], "\(name)")
      #expect(try outline(changed) == outline(bytes), "\(name)")
    }
  }

  /// Kind of frame, quantization tables, metadata and what follows the end.
  private func outline(_ bytes: [UInt8]) throws -> [[UInt8]] {
    var parts: [[UInt8]] = []
    var position = 2
    while bytes[position + 1] != 0xDA {
      while bytes[position + 1] == 0xFF { position += 1 }
      let end = position + 2 + Int(bytes[position + 2]) << 8 + Int(bytes[position + 3])
      // An MPO file's index says where its second image is.
      let isIndex = bytes[position + 4..<end].starts(with: "MPF".utf8)
      if bytes[position + 1] != 0xC4, !isIndex { parts.append(Array(bytes[position..<end])) }
      position = end
    }
    let end = try #require(
      bytes[position...].indices.first { bytes[$0...].starts(with: [0xFF, 0xD9]) })
    return parts + [Array(bytes[end...])]
  }

  /// In an MPO file the second image's place is in the first one's index, from its "MM" or "II" on.
  @Test func followingImagesAreFound() throws {
    let bytes = try FixtureImages.bytes("imagefolder-jpeg", "9-retina/mpo.jpg")
    func secondImage(_ bytes: [UInt8]) throws -> ArraySlice<UInt8> {
      let index = try #require(bytes.indices.first { bytes[$0...].starts(with: "MPF\0".utf8) })
      let start = index + 4
      let isLittle = bytes[start] == 0x49
      func number(_ place: Int, _ size: Int) -> Int {
        let part = Array(bytes[start + place..<start + place + size])
        return (isLittle ? part.reversed() : part).reduce(0) { $0 << 8 | Int($1) }
      }
      let directory = number(4, 4)
      let entry = try #require(
        (0..<number(directory, 2)).map { directory + 2 + 12 * $0 }
          .first { number($0, 2) == 0xB002 })
      let table = number(entry + 8, 4)
      let place = start + number(table + 24, 4)
      // The first image ends where the second begins.
      #expect(number(table + 4, 4) == place)
      return bytes[place..<place + number(table + 20, 4)]
    }
    let image = try JPEG.decode(bytes)
    let change = PixelChange(
      shape: image.shape, values: patternBytes(image.shape.byteCount).map { Int16($0 % 60) })
    let changed = try JPEG.changing(bytes, by: change, options: DecodingOptions()).contents
    #expect(changed.count != bytes.count)
    let second = try secondImage(bytes)
    #expect(second.starts(with: [0xFF, 0xD8, 0xFF]))
    #expect(try secondImage(changed).elementsEqual(second))
  }

  /// Change a corner of the image as it is seen upright.
  @Test func changesAreTurnedBack() throws {
    let options = DecodingOptions(appliesOrientation: true)
    for (name, bytes) in Self.files where name.contains("exif") {
      let image = try JPEG.decode(bytes, channels: nil, options: options)
      var wanted = image
      for y in 0..<8 {
        for x in 0..<8 {
          for channel in 0..<3 { wanted[y, x, channel] = 255 - image[y, x, channel] }
        }
      }
      let change = PixelChange(from: image, to: wanted)
      let changed = try JPEG.changing(bytes, by: change, options: options).contents
      let result = try JPEG.decode(changed, channels: nil, options: options)
      var error = 0
      for y in 0..<8 {
        for x in 0..<8 {
          error += abs(Int(result[y, x, 1]) - Int(wanted[y, x, 1]))
        }
      }
      #expect(error < 64 * 12, "\(name)")
      #expect(result[20, 20, 0] == image[20, 20, 0], "\(name)")
    }
  }

  /// A colored change of a gray file counts by its luma, 0.299·100 ≈ 30, or takes PNG.
  @Test func grayStaysGray() throws {
    let bytes = try FixtureImages.bytes("imagefolder-jpeg", "rocket/gray.jpg")
    let image = try JPEG.decode(bytes)
    let shape = ImageShape(height: image.shape.height, width: image.shape.width, channels: 3)
    let red = (0..<shape.byteCount).map { Int16($0 % 3 == 0 ? 100 : 0) }
    let change = PixelChange(shape: shape, values: red)
    let changed = try ImageCodecs.changing(bytes, by: change)
    #expect(changed.kind == nil)
    let result = try JPEG.decode(changed.contents)
    #expect(result.shape == image.shape)
    let differences = zip(result.pixels, image.pixels).map { Int($0) - min(Int($1) + 30, 255) }
    #expect(differences.allSatisfy { abs($0) <= 2 })
    let colored = try ImageCodecs.changing(bytes, by: change, keepsGray: false)
    #expect(colored.kind == "png")
    #expect(try PNG.decode(colored.contents) == (try change.applied(to: image)))
  }

  @Test func pngOnRequest() throws {
    let bytes = try FixtureImages.bytes("imagefolder-jpeg", "Zoo cat/cifar.jpg")
    let image = try JPEG.decode(bytes)
    let change = PixelChange(shape: image.shape, values: image.pixels.map { _ in 1 })
    let changed = try ImageCodecs.changing(bytes, by: change, toPNG: true)
    #expect(changed.kind == "png")
    #expect(try PNG.decode(changed.contents) == (try change.applied(to: image)))
  }
}
