import ComputeBackend
import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Whatever is wrong with a file, it is an error or an image, within the limits.
@Suite(.enabled(if: FixtureImages.arePresent, "../shared/formats is absent"))
struct DamagedImageTests {
  static let files = [
    ("imagefolder-jpeg", "Zoo cat/cifar.jpg"), ("imagefolder-jpeg", "rocket/gray-progressive.jpg"),
    ("imagefolder-jpeg", "rocket/ycck.jpg"), ("imagefolder-jpeg", "coffee/arithmetic.jpg"),
    ("imagefolder-jpeg", "9-retina/mpo.jpg"),
    ("imagefolder-jpeg", "10-astronaut/exif-6-bigendian-thumbnail.jpg"),
    ("imagefolder-png", "rgb/8.PNG"), ("imagefolder-png", "palette/trns.png"),
    ("imagefolder-png", "gray/interlaced-16.png"), ("imagefolder-png", "rgb/exif.png"),
    ("imagefolder-png", "rgb/apng.png"), ("imagefolder-other", "bmp/8.BMP"),
    ("imagefolder-other", "bmp/32.bmp"), ("imagefolder-other", "pnm/p3.ppm"),
    ("imagefolder-other", "pnm/16bit.ppm"), ("imagefolder-other", "gif/animated.gif"),
    ("imagefolder-other", "webp/lossy.webp"), ("imagefolder-other", "webp/alpha-lossless.WEBP"),
    ("imagefolder-other", "webp/animated.webp"), ("imagefolder-other", "webp/exif.webp"),
    ("imagefolder-other", "tiff/lzw.tif"), ("imagefolder-other", "tiff/tiled.tif"),
    ("imagefolder-other", "tiff/planar.tif"), ("imagefolder-other", "tiff/big-endian.tiff"),
    ("imagefolder-other", "tiff/pages.tif"),
  ]

  @Test(arguments: files)
  func damageIsAnErrorOrAnImage(folder: String, key: String) throws {
    let bytes = try FixtureImages.bytes(folder, key)
    var random = PhiloxGenerator(seed: 18, purpose: .test)
    var (errors, images) = (0, 0)
    for round in 0..<120 {
      var damaged = bytes
      if round % 3 == 0 {
        damaged = Array(bytes[..<Int.random(in: 0..<bytes.count, using: &random)])
      } else {
        // Mostly in the first bytes, where headers are.
        let limit = round % 3 == 1 ? min(bytes.count, 200) : bytes.count
        for _ in 0...Int.random(in: 0..<4, using: &random) {
          damaged[Int.random(in: 0..<limit, using: &random)] = UInt8.random(
            in: 0...255, using: &random)
        }
      }
      let options = DecodingOptions(
        appliesOrientation: round % 2 == 0, allowsTruncation: round % 5 == 0,
        limits: ImageLimits(side: 2000, decodedBytes: 1 << 22))
      let image: RasterImage
      do {
        let header = try ImageCodecs.header(damaged, isWhole: true, options: options)
        image = try ImageCodecs.decode(damaged, options: options)
        #expect(header?.shape == image.shape)
      } catch is ImageFailure {
        errors += 1
        continue
      }
      // What can be read can be changed, and read again.
      images += 1
      let change = PixelChange(shape: image.shape, values: image.pixels.map { _ in 3 })
      let changed = try ImageCodecs.changing(damaged, by: change, options: options)
      _ = try ImageCodecs.decode(changed.contents, options: options)
    }
    #expect(errors > 20 && errors + images == 120)
  }
}
