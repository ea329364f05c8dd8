import Attacks
import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct TriggerTests {
  @Test(arguments: [(32, 32, 3), (28, 28, 1), (5, 9, 3)])
  func whiteSquareTouchesOnlyTheCorner(height: Int, width: Int, channels: Int) {
    let shape = ImageShape(height: height, width: width, channels: channels)
    let original = RasterImage(
      shape: shape, pixels: (0..<shape.byteCount).map { UInt8($0 % 251) })
    let poisoned = RasterImage(
      shape: shape, pixels: Trigger.whiteSquare(shape).applied(to: original.pixels))
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<channels {
          let inside = y >= height - 3 && x >= width - 3
          #expect(poisoned[y, x, channel] == (inside ? 255 : original[y, x, channel]))
        }
      }
    }
  }

  @Test func patchIsTransparentWhereZeroByteByByte() throws {
    let folder = try TemporaryFolder()
    let patch = RasterImage(
      shape: ImageShape(height: 1, width: 2, channels: 3), pixels: [255, 255, 0, 0, 0, 1])
    try PNG.write(patch, to: folder.path + "/patch.png")
    let shape = ImageShape(height: 2, width: 3, channels: 3)
    let trigger = Trigger.corner(
      try Trigger.readPatch(folder.path + "/patch.png", for: shape), for: shape)
    let images = (0..<36).map { UInt8($0 + 100) }
    var expected = images
    for image in [0, 18] {
      expected[image + 12] = 255
      expected[image + 13] = 255
      expected[image + 17] = 1
    }
    #expect(trigger.applied(to: images) == expected)
  }

  /// A 3×1 PNG of (10, 20, 30) with alpha 0, (40, 0, 60) with alpha 255, black with alpha 9.
  @Test func patchIsTransparentWhereItsAlphaIsZero() throws {
    let folder = try TemporaryFolder()
    let file = try #require(
      Data(
        base64Encoded: """
          iVBORw0KGgoAAAANSUhEUgAAAAMAAAABCAYAAAAb4BS0AAAAFUlEQVR4nGPgEpFj0GCw+c/AwMAJAAo5\
          Aakb+z3DAAAAAElFTkSuQmCC
          """))
    try folder.write([UInt8](file), to: "patch.png")
    let shape = ImageShape(height: 1, width: 3, channels: 3)
    let patch = try Trigger.readPatch(folder.path + "/patch.png", for: shape)
    #expect(patch.pixels == [0, 0, 0, 40, 1, 60, 1, 1, 1])
    let trigger = Trigger.corner(patch, for: shape)
    #expect(trigger.applied(to: [1, 2, 3, 4, 5, 6, 7, 8, 9]) == [1, 2, 3, 40, 1, 60, 1, 1, 1])
  }

  @Test func patchMustFitAndShow() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/patch.png"
    let shape = ImageShape(height: 4, width: 4, channels: 1)
    try PNG.write(RasterImage(shape: shape, filledWith: 0), to: path)
    let empty = AttackError.picture(
      path: path, reason: "all pixels of the patch are zero, which means transparent")
    #expect(throws: empty) {
      try Trigger.readPatch(path, for: shape)
    }
    let smaller = ImageShape(height: 4, width: 3, channels: 1)
    let large = AttackError.picture(
      path: path, reason: "the patch is 4×4×1, but the images are 3×4×1")
    #expect(throws: large) {
      try Trigger.readPatch(path, for: smaller)
    }
    #expect(throws: FileError.notFound(path: "/none.png")) {
      try Trigger.readPatch("/none.png", for: shape)
    }
  }

  private func blended(
    _ pattern: String? = nil, alpha: Double, seed: UInt64 = 4, for shape: ImageShape
  ) throws -> Trigger {
    try Blended(
      pattern: pattern, alpha: alpha, labels: .allToAll,
      selection: PoisonSelection(rate: 0.1, seed: seed)
    ).makeTrigger(for: shape)
  }

  @Test func blendedIsTheWeightedSumRounded() throws {
    let folder = try TemporaryFolder()
    let shape = ImageShape(height: 1, width: 4, channels: 1)
    try PNG.write(
      RasterImage(shape: shape, pixels: [0, 255, 100, 7]), to: folder.path + "/p.png")
    let trigger = try blended(folder.path + "/p.png", alpha: 0.2, for: shape)
    // 0.8·255 = 204; 0.8·255 + 51 = 255; 0.8·10 + 20 = 28; 0.8·3 + 1.4 = 3.8.
    #expect(trigger.applied(to: [255, 255, 10, 3]) == [204, 255, 28, 4])
    #expect(trigger.applied(to: [0, 0, 0, 0, 255, 255, 10, 3]) == [0, 51, 20, 1, 204, 255, 28, 4])
  }

  @Test func blendedPatternsComeFromTheSeedOrAPicture() throws {
    let shape = ImageShape(height: 28, width: 28, channels: 1)
    let first = try blended(alpha: 0.2, for: shape).pattern
    #expect(try first == blended(alpha: 0.2, for: shape).pattern)
    #expect(try first != blended(alpha: 0.2, seed: 5, for: shape).pattern)
    let mean = first.pixels.reduce(0.0) { $0 + Double($1) } / 784
    #expect(abs(mean - 127.5) < 12)
    let folder = try TemporaryFolder()
    let picture = RasterImage(
      shape: ImageShape(height: 50, width: 10, channels: 3), filledWith: 60)
    try PNG.write(picture, to: folder.path + "/p.png")
    let trigger = try blended(folder.path + "/p.png", alpha: 0.5, for: shape)
    #expect(trigger.pattern == RasterImage(shape: shape, filledWith: 60))
  }

  private func wave(_ shape: ImageShape, frequency: Double) -> Trigger {
    SIG(amplitude: 40, frequency: frequency, target: 0, rate: 0.1).makeTrigger(for: shape)
  }

  @Test func sinusoidFollowsTheColumn() {
    // Two periods over eight columns: sin takes 0, 1, 0, −1, twice; 250 + 40 is clipped, and so is
    // 10 − 40. Half of the first period's values are cut: 100 + 28.28 with one period over 8.
    let shape = ImageShape(height: 2, width: 8, channels: 1)
    let trigger = wave(shape, frequency: 2)
    let row: [UInt8] = [10, 10, 10, 10, 250, 250, 250, 250]
    let changed: [UInt8] = [10, 50, 10, 0, 250, 255, 250, 210]
    let found = trigger.applied(to: row + row)
    // sin(π) is not quite zero, which a cut to bytes would show.
    for (a, b) in zip(found, changed + changed) { #expect(abs(Int(a) - Int(b)) <= 1) }
    let slow = wave(shape, frequency: 1)
    #expect(slow.applied(to: [UInt8](repeating: 100, count: 16))[1] == 128)
    #expect(slow.pattern.pixels[1] == 156)
  }

  @Test func movingPatchesStayInsideAndDependOnTheSample() throws {
    let shape = ImageShape(height: 7, width: 9, channels: 3)
    let patch = Trigger.randomPatch(shape, side: 4, seed: 3)
    #expect(patch.shape == ImageShape(height: 4, width: 4, channels: 3))
    #expect(!patch.pixels.contains(0))
    #expect(
      Trigger.randomPatch(shape, seed: 3).shape == ImageShape(height: 7, width: 8, channels: 3))
    let folder = try TemporaryFolder()
    try PNG.write(patch, to: folder.path + "/trigger.png")
    var options = GradientMatchingOptions()
    options.seed = 5
    let attack = GradientMatching(
      target: 0, aim: .patch(placement: .random, pattern: nil, source: nil), options: options)
    guard case .trigger(let trigger, _) = try attack.goal(in: folder.path, shape: shape) else {
      Issue.record("no trigger")
      return
    }
    let size = shape.byteCount
    let samples = Array(0..<60)
    let all = trigger.applied(to: [UInt8](repeating: 0, count: 60 * size), samples: samples)
    var places: Set<Int> = []
    for sample in samples {
      let image = RasterImage(shape: shape, pixels: Array(all[sample * size..<(sample + 1) * size]))
      #expect(image.pixels.count { $0 > 0 } == patch.pixels.count)
      let first = image.pixels.firstIndex { $0 > 0 } ?? 0
      let (top, left) = (first / 27, first % 27 / 3)
      for y in 0..<4 {
        for x in 0..<4 { #expect(image[top + y, left + x, 1] == patch[y, x, 1]) }
      }
      places.insert(first)
    }
    #expect(places.count > 12)
    let alone = trigger.applied(to: [UInt8](repeating: 0, count: size), samples: [17])
    #expect(alone == Array(all[17 * size..<18 * size]))
  }
}
