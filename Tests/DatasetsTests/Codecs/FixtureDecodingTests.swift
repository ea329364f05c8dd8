import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Files of the real tools decode to the very pixels that Pillow gives.
@Suite(.enabled(if: FixtureImages.arePresent, "../shared/formats is absent"))
struct FixtureDecodingTests {
  static let folders = ["imagefolder-png", "imagefolder-jpeg", "imagefolder-other"]

  @Test(arguments: folders)
  func pixelsAreThoseOfPillow(folder: String) throws {
    let fixture = try FixtureImages.load(folder)
    #expect(fixture.samples.count > 20)
    for sample in fixture.samples + (fixture.gif ?? []) {
      let bytes = try FixtureImages.bytes(folder, sample.key)
      if sample.error != nil {
        #expect(throws: ImageFailure.self, "\(sample.key)") { try ImageCodecs.decode(bytes) }
      } else {
        let image = try ImageCodecs.decode(bytes)
        #expect(image.colorHash == sample.stored, "\(sample.key)")
        #expect(image.shape.width == sample.width, "\(sample.key)")
        #expect(image.shape.height == sample.height, "\(sample.key)")
      }
      if let part = sample.if_truncated_allowed {
        let options = DecodingOptions(allowsTruncation: true)
        let image = try ImageCodecs.decode(bytes, options: options)
        #expect(image.colorHash == part.sha256, "\(sample.key)")
      }
    }
  }

  @Test(arguments: folders)
  func orientationIsAppliedOnRequest(folder: String) throws {
    let options = DecodingOptions(appliesOrientation: true)
    for sample in try FixtureImages.load(folder).samples
    where sample.error == nil {
      let bytes = try FixtureImages.bytes(folder, sample.key)
      let image = try ImageCodecs.decode(bytes, options: options)
      #expect(image.colorHash == sample.upright?.sha256 ?? sample.stored, "\(sample.key)")
      #expect(image.shape.width == sample.upright?.width ?? sample.width, "\(sample.key)")
    }
  }

  /// The header of any part of a file says nothing, or what the whole file shows.
  @Test(arguments: folders, [false, true])
  func headersSayWhatIsDecoded(folder: String, isTurned: Bool) throws {
    let options = DecodingOptions(appliesOrientation: isTurned)
    for sample in try FixtureImages.load(folder).samples
    where sample.error == nil {
      let bytes = try FixtureImages.bytes(folder, sample.key)
      let image = try ImageCodecs.decode(bytes, options: options)
      let whole = try #require(try ImageCodecs.header(bytes, isWhole: true, options: options))
      #expect(whole.shape == image.shape, "\(sample.key)")
      for count in [0, 1, 7, 20, 33, 100, 400, 700, 1500] where count < bytes.count {
        let part = Array(bytes[..<count])
        let header = try ImageCodecs.header(part, isWhole: false, options: options)
        #expect(header == nil || header == whole, "\(sample.key), \(count) bytes")
      }
    }
  }
}
