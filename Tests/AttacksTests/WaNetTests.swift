import Attacks
import Datasets
import TestSupport
import Testing

@Suite struct WaNetTests {
  private func attack(
    coverRate: Double = 0.2, strength: Double = 0.5, seed: UInt64 = 3
  ) -> WaNet {
    WaNet(
      strength: strength, coverRate: coverRate, labels: .allToOne(target: 1),
      selection: PoisonSelection(rate: 0.1, seed: seed))
  }

  /// The reference is the ONNX project's own implementation (onnx 1.23.2, numpy 2.4.6).
  ///
  /// Its Resize and GridSample are defined as PyTorch's interpolate and grid_sample:
  ///
  ///     k, h, w, s = 3, 5, 6, 1.5
  ///     p = ((np.arange(2*k*k) * 7) % 11 / 5 - 1).astype(np.float32).reshape(1, 2, k, k)
  ///     p /= np.abs(p).mean()
  ///     field = resize(p, h, w)  # Resize: cubic, cubic_coeff_a -0.75, align_corners
  ///     y, x = np.meshgrid(np.linspace(-1, 1, h), np.linspace(-1, 1, w), indexing="ij")
  ///     grid = np.clip(np.stack([x, y], -1) + s * field[0].transpose(1, 2, 0) / h, -1, 1)
  ///     image = ((np.arange(h*w*2) * 37) % 256).astype(np.float32).reshape(1, h, w, 2)
  ///     grid_sample(image.transpose(0, 3, 1, 2), grid)  # GridSample: linear, zeros, align_corners
  @Test func warpsAsTheReferenceDoes() {
    let expected = [
      117.14, 154.14, 58.97, 95.97, 168.89, 130.73, 129.01, 40.81, 41.08, 78.08, 75.58, 112.58,
      150.29, 187.29, 48.55, 85.55, 124.88, 141.86, 173.64, 104.34, 191.35, 47.23, 160.24, 38.56,
      143.20, 180.20, 18.17, 55.17, 79.91, 116.91, 100.58, 137.58, 98.46, 135.46, 105.75, 142.75,
      136.60, 173.60, 171.01, 208.01, 78.47, 115.47, 60.12, 97.12, 84.57, 121.57, 28.96, 65.96,
      60.85, 97.85, 125.48, 162.48, 150.24, 187.24, 133.39, 170.39, 153.28, 190.28, 31.00, 68.00,
    ]
    let points = (0..<18).map { Double($0 * 7 % 11) / 5 - 1 }
    let mean = points.reduce(0) { $0 + abs($1) } / 18
    let warp = attack(strength: 1.5).warp(
      points.map { $0 / mean }, points: 3, noise: 0,
      ImageShape(height: 5, width: 6, channels: 2))
    let warped = warp.applied(to: (0..<60).map { UInt8($0 * 37 % 256) })
    for (found, value) in zip(warped, expected) { #expect(abs(Double(found) - value) <= 0.51) }
  }

  @Test func smallWarpsMovePixelsALittle() {
    let shape = ImageShape(height: 32, width: 32, channels: 1)
    // A ramp shows the shift along x itself: mean |s·P/H·(W − 1)/2|, here 0.24 of 8 levels a pixel.
    let ramp = (0..<1024).map { UInt8($0 % 32 * 8) }
    let changes = zip(attack().makeTrigger(for: shape).applied(to: ramp), ramp)
      .map { abs(Double($0) - Double($1)) }
    let mean = changes.reduce(0, +) / 1024
    #expect(mean > 0.5 && mean < 4, "\(mean)")
    let other = attack(seed: 4).makeTrigger(for: shape)
    #expect(other.applied(to: ramp) != attack().makeTrigger(for: shape).applied(to: ramp))
  }

  @Test func coversAreWarpedOtherwiseAndKeepTheirLabels() throws {
    let folder = try TemporaryFolder()
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 40, test: 10)
    let clean = try ImageDataset.open(folder.path + "/clean")
    let output = folder.path + "/poisoned"
    let plan = try attack().plan(for: clean, AttackContext())
    try plan.write(to: output)
    let manifest = try PoisonManifest.load(output)
    #expect(manifest.attack as? WaNet == attack())
    #expect(manifest.samples.map(\.index) == plan.samples && plan.samples.count == 4)
    #expect(manifest.covers.map(\.index) == plan.covers && plan.covers.count == 8)
    #expect(Set(plan.covers).isDisjoint(with: plan.samples))
    let poisoned = try ImageDataset.open(output)
    let truth = try GroundTruth.load(output, of: poisoned)
    #expect(truth.indices == Set(plan.samples) && !truth.keepsLabels)
    guard case .trigger(let trigger, _) = try manifest.attack.goal(in: output, shape: clean.shape)
    else {
      Issue.record("no trigger")
      return
    }
    for sample in 0..<40 {
      let (before, after) = (try clean.images([sample]), try poisoned.images([sample]))
      let isPoison = plan.samples.contains(sample)
      #expect(poisoned.labels[sample] == (isPoison ? 1 : clean.labels[sample]))
      if isPoison { #expect(after == trigger.applied(to: before)) }
      if plan.covers.contains(sample) {
        #expect(after != before && after != trigger.applied(to: before))
      } else if !isPoison {
        #expect(after == before)
      }
    }
    let alone = try attack(coverRate: 0).plan(for: clean, AttackContext())
    #expect(alone.covers.isEmpty && alone.samples == plan.samples && alone.remarks.isEmpty)
    #expect(throws: ParameterError.self) {
      try attack(coverRate: 0.95).plan(for: clean, AttackContext())
    }
    #expect(throws: ParameterError.self) {
      try attack(strength: 0).plan(for: clean, AttackContext())
    }
  }
}
