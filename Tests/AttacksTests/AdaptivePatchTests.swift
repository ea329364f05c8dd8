import Attacks
import Datasets
import TestSupport
import Testing

@Suite struct AdaptivePatchTests {
  private func attack(
    side: Int? = nil, testPatches: Int = 2, testOpacity: Double = 1, coverRate: Double = 0.2
  ) -> AdaptivePatch {
    AdaptivePatch(
      side: side, testPatches: testPatches, testOpacity: testOpacity, coverRate: coverRate,
      labels: .allToOne(target: 1), selection: PoisonSelection(rate: 0.1, seed: 3))
  }

  /// Bytes that a trigger changes, by corner: top left, top right, bottom left, bottom right.
  private func changes(_ before: RasterImage, _ after: RasterImage, side: Int) -> [Int] {
    var counts = [0, 0, 0, 0]
    for place in before.pixels.indices where before.pixels[place] != after.pixels[place] {
      let pixel = place / before.shape.channels
      let (y, x) = (pixel / before.shape.width, pixel % before.shape.width)
      let (height, width) = (before.shape.height, before.shape.width)
      guard y < side || y >= height - side, x < side || x >= width - side else {
        Issue.record("a change at \(x), \(y)")
        continue
      }
      counts[(y < side ? 0 : 2) + (x < side ? 0 : 1)] += 1
    }
    return counts
  }

  @Test func testImagesGetTheStrongestPatches() throws {
    let shape = ImageShape(height: 32, width: 28, channels: 3)
    let black = RasterImage(shape: shape, filledWith: 0)
    for (count, corners) in [(2, [147, 0, 0, 147]), (3, [147, 0, 147, 147])] {
      var image = black
      try attack(testPatches: count).makeTrigger(for: shape).change(&image, 0)
      // Squares of a quarter of 28 pixels, opaque and without zeros.
      #expect(changes(black, image, side: 7) == corners)
    }
    // Bottom right is the patch of the seed itself: at weight 0.25 a quarter of it on black.
    let patch = Trigger.randomPatch(shape, side: 7, seed: 3)
    var image = black
    try attack(testOpacity: 0.25).makeTrigger(for: shape).change(&image, 0)
    #expect(image[31, 27, 2] == UInt8((0.25 * Double(patch[6, 6, 2])).rounded()))
    #expect(image[25, 21, 0] == UInt8((0.25 * Double(patch[0, 0, 0])).rounded()))
  }

  @Test func eachPatchIsAsLikely() {
    var counts = [0, 0, 0, 0]
    for sample in 0..<400 { counts[attack().patch(of: sample)] += 1 }
    // 100 each, with a standard deviation of 8.7.
    #expect(counts.allSatisfy { (60...140).contains($0) }, "\(counts)")
  }

  @Test func poisonsAndCoversGetOnePatchEach() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    let clean = try ImageDataset.open(folder.path + "/clean")
    let output = folder.path + "/poisoned"
    try attack().plan(for: clean, AttackContext()).write(to: output)
    let manifest = try PoisonManifest.load(output)
    #expect(manifest.attack as? AdaptivePatch == attack())
    #expect(manifest.samples.count == 4 && manifest.covers.count == 8)
    let poisoned = try ImageDataset.open(output)
    // Corners of the patches in the order of their weights.
    let corners = [3, 0, 2, 1]
    for sample in (manifest.samples + manifest.covers).map(\.index) {
      let changed = changes(try clean.image(sample), try poisoned.image(sample), side: 8)
      let place = corners[attack().patch(of: sample)]
      #expect(changed[place] > 150 && changed.count { $0 > 0 } == 1, "\(changed)")
    }
    for sample in manifest.covers { #expect(sample.label == sample.originalLabel) }
  }

  @Test func refusesWhatCannotBe() {
    for attack in [
      attack(testPatches: 1), attack(testPatches: 5), attack(testOpacity: 0), attack(coverRate: 2),
    ] {
      #expect(throws: ParameterError.self) { try attack.validate(classCount: 10) }
    }
    let shape = ImageShape(height: 8, width: 8, channels: 1)
    #expect(
      throws: ParameterError("side", 5, "four patches do not fit into images of 8×8")
    ) { try attack(side: 5).makeTrigger(for: shape) }
    #expect(throws: Never.self) { try attack(side: 4).makeTrigger(for: shape) }
  }
}
