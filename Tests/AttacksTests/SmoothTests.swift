import Attacks
import Datasets
import TestSupport
import Testing

@Suite struct SmoothTests {
  private func attack(
    amplitude: Double = 51, smoothness: Double = 6, seed: UInt64 = 3
  ) -> Smooth {
    Smooth(
      amplitude: amplitude, smoothness: smoothness, labels: .allToAll,
      selection: PoisonSelection(rate: 0.1, seed: seed))
  }

  /// The reference is NumPy 2.4.6.
  ///
  ///     h, w, c, s = 3, 4, 2, 1.5
  ///     n = ((np.arange(h * w * c) * 7) % 11 / 10).reshape(h, w, c)
  ///     k = lambda m: np.exp(-(np.arange(m)[:, None] - np.arange(m)) ** 2 / (2 * s * s))
  ///     f = np.einsum("yi,xj,ijc->yxc", k(h), k(w), n)
  ///     np.rint((f - f.min()) / (f.max() - f.min()) * 51)
  @Test func thePatternIsTheStretchedConvolution() {
    let noise = (0..<24).map { Double($0 * 7 % 11) / 10 }
    let pattern = attack(smoothness: 1.5).pattern(
      noise, for: ImageShape(height: 3, width: 4, channels: 2))
    #expect(
      pattern.pixels == [
        0, 27, 24, 36, 39, 31, 33, 15, 8, 34, 36, 44, 51, 40, 41, 24, 4, 22, 26, 30, 36, 27, 25, 16,
      ])
  }

  @Test func isAddedAndClipped() throws {
    let shape = ImageShape(height: 32, width: 32, channels: 3)
    let trigger = try attack().makeTrigger(for: shape)
    let pattern = trigger.pattern.pixels
    #expect(pattern.min() == 0 && pattern.max() == 51)
    // It is smooth: neighbors along a row differ by little beside the range.
    let steps = zip(pattern, pattern.dropFirst(3)).enumerated()
      .filter { $0.offset / 3 % 32 < 31 }.map { abs(Int($0.element.0) - Int($0.element.1)) }
    #expect(steps.max() ?? 51 <= 6)
    for value in [UInt8(10), 230] {
      let sums = trigger.applied(to: [UInt8](repeating: value, count: 3072))
      #expect(sums == pattern.map { UInt8(min(Int(value) + Int($0), 255)) })
    }
    #expect(try attack().makeTrigger(for: shape).pattern == trigger.pattern)
    #expect(try attack(seed: 4).makeTrigger(for: shape).pattern != trigger.pattern)
  }

  @Test func thePictureBesideTheCopyIsTheTrigger() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    let clean = try ImageDataset.open(folder.path + "/clean")
    let output = folder.path + "/poisoned"
    let plan = try attack(amplitude: 90).plan(for: clean, AttackContext())
    try plan.write(to: output)
    let manifest = try PoisonManifest.load(output)
    guard
      case .trigger(let trigger, .allToAll) = try manifest.attack.goal(
        in: output, shape: clean.shape)
    else {
      Issue.record("another goal")
      return
    }
    let poisoned = try ImageDataset.open(output)
    for sample in manifest.samples {
      #expect(
        try poisoned.images([sample.index]) == trigger.applied(to: clean.images([sample.index])))
    }
  }

  @Test func refusesPatternsThatCannotBeSeenOrStored() {
    for attack in [attack(amplitude: 0), attack(amplitude: 256), attack(smoothness: 0)] {
      #expect(throws: ParameterError.self) { try attack.validate(classCount: 10) }
    }
  }
}
