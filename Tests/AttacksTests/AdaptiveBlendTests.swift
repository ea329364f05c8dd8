import Attacks
import Datasets
import TestSupport
import Testing

@Suite struct AdaptiveBlendTests {
  private func attack(
    pattern: String? = nil, alpha: Double = 0.15, pieces: Int = 4, share: Double = 0.5,
    coverRate: Double = 0.1
  ) -> AdaptiveBlend {
    AdaptiveBlend(
      pattern: pattern, alpha: alpha, pieces: pieces, share: share, coverRate: coverRate,
      labels: .allToOne(target: 1), selection: PoisonSelection(rate: 0.1, seed: 3))
  }

  @Test func aRandomHalfOfThePiecesIsShown() {
    let attack = attack()
    var counts = [Int](repeating: 0, count: 16)
    for sample in 0..<400 {
      let shown = attack.shownPieces(of: sample)
      #expect(shown.count == 8 && Set(shown).count == 8 && shown == attack.shownPieces(of: sample))
      for piece in shown { counts[piece] += 1 }
    }
    // Each piece is shown 200 times, with a standard deviation of 10.
    #expect(counts.allSatisfy { (150...250).contains($0) }, "\(counts)")
    // 3·3 pieces, of which 0.3 are 2.7; and at least one.
    #expect(self.attack(pieces: 3, share: 0.3).shownPieces(of: 5).count == 3)
    #expect(self.attack(share: 0.01).shownPieces(of: 5).count == 1)
  }

  /// Poisons and covers get the pieces that are theirs, test images the whole picture.
  @Test func poisonsAndCoversGetPiecesAndTestImagesAll() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    let clean = try ImageDataset.open(folder.path + "/clean")
    try PNG.write(
      RasterImage(shape: clean.shape, filledWith: 200), to: folder.path + "/p.png")
    let attack = attack(pattern: folder.path + "/p.png", alpha: 0.5)
    let output = folder.path + "/poisoned"
    let plan = try attack.plan(for: clean, AttackContext())
    try plan.write(to: output)
    let manifest = try PoisonManifest.load(output)
    #expect(manifest.attack as? AdaptiveBlend == attack)
    #expect(manifest.samples.count == 4 && manifest.covers.count == 4)
    #expect(plan.remarks == ["Covers: 4 images, changed alike, keep their labels"])
    let poisoned = try ImageDataset.open(output)
    for (samples, label) in [(manifest.samples, Int32(1)), (manifest.covers, nil)] {
      for sample in samples.map(\.index) {
        #expect(poisoned.labels[sample] == label ?? clean.labels[sample])
        let (before, after) = (try clean.image(sample), try poisoned.image(sample))
        let shown = Set(attack.shownPieces(of: sample))
        for (y, x) in [(0, 0), (7, 8), (8, 7), (13, 25), (31, 31)] {
          // Pieces of 8×8 pixels; 0.5·x + 100 where they are shown.
          let byte = before[y, x, 1]
          let blended = UInt8((0.5 * Double(byte) + 100).rounded())
          #expect(after[y, x, 1] == (shown.contains(y / 8 * 4 + x / 8) ? blended : byte))
        }
      }
    }
    guard
      case .trigger(let trigger, let labels) = try manifest.attack.goal(
        in: output, shape: clean.shape)
    else {
      Issue.record("another goal")
      return
    }
    #expect(labels == .allToOne(target: 1))
    // 0.8·100 + 0.2·200 = 120 everywhere.
    #expect(
      trigger.applied(to: [UInt8](repeating: 100, count: 3072))
        == [UInt8](repeating: 120, count: 3072))
  }

  @Test func refusesWhatCannotBe() throws {
    for attack in [
      attack(alpha: 0), attack(alpha: 1.5), attack(pieces: 0), attack(share: 0), attack(share: 2),
      attack(coverRate: -1),
    ] {
      #expect(throws: ParameterError.self) { try attack.validate(classCount: 10) }
    }
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    let clean = try ImageDataset.open(folder.path + "/clean")
    #expect(
      throws: ParameterError("coverRate", 0.95, "this asks for 38 of 36 other samples")
    ) { try attack(coverRate: 0.95).plan(for: clean, AttackContext()) }
  }
}
