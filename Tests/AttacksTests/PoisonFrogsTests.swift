import Attacks
import Autograd
import Datasets
import Devices
import Models
import TestSupport
import Testing

@Suite struct PoisonFrogsTests {
  /// With φ(x) = (x₀ + x₁, 2x₀ − 2x₁) in gray levels, the sum s and the difference d of two pixels
  /// part: the fixed point minimises (s − sₜ)² + 4(d − dₜ)² + β/4·((s − s_b)² + (d − d_b)²), so
  /// s = (sₜ + β/4·s_b) / (1 + β/4) and d = (4dₜ + β/4·d_b) / (4 + β/4); other pixels stay.
  @Test(arguments: TestDevices.all)
  func findsTheFixedPointOfLinearFeatures(device: TestDevice) throws {
    let network = try LinearNetwork(
      [[255, 255, 0, 0], [510, -510, 0, 0]], on: device.backend)
    let shape = ImageShape(height: 2, width: 2, channels: 1)
    let collision = FeatureCollision(
      network, weight: 2, target: RasterImage(shape: shape, pixels: [200, 100, 30, 40]))
    let bases = Tensor(
      [100, 120, 50, 60, 20, 10, 200, 0], shape: shape.batchShape(2), on: device.backend)
    let found = try collision.collided(bases, iterations: 200)
    // s = (300 + 110) / 1.5 and d = (400 − 10) / 4.5; s = 315 / 1.5 and d = 405 / 4.5.
    let expected: [Float] = [180, 280 / 3, 50, 60, 150, 60, 200, 0]
    for (value, wanted) in zip(try found.values(), expected) { #expect(abs(value - wanted) < 0.02) }
    // φ(x) − φ(t) of the bases: (−80, −240) and (−270, −180).
    let distances = try collision.distances(bases)
    for (value, wanted) in zip(distances, [252.982, 324.500] as [Float]) {
      #expect(abs(value - wanted) < 0.01)
    }
  }

  @Test func theWeightIsThePapers() {
    // 0.25·(2048 / 268203)², of Inception v3 and images of 299×299×3.
    let weight = FeatureCollision.weight(0.25, features: 2048, bytes: 268_203)
    #expect(abs(weight - 1.4577e-5) < 1e-8)
  }

  /// 60 shapes, six of each class, and 20 test images.
  private func source(_ folder: TemporaryFolder) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 60, test: 20)
    return try ImageDataset.open(folder.path + "/clean")
  }

  private func context() throws -> AttackContext {
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: 10, width: 4), seed: 1,
      on: try Devices.make("cpu"))
    return AttackContext(surrogate: { Surrogate(network, name: "s", isKept: true) })
  }

  private func attack(
    _ folder: TemporaryFolder, target: Int32 = 4, index: Int? = 13, opacity: Double = 0.3
  ) -> PoisonFrogs {
    PoisonFrogs(
      target: target, source: folder.path + "/clean", index: index, rate: 0.05, opacity: opacity,
      iterations: 5, seed: 6)
  }

  @Test func poisonsComeCloserToTheTarget() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let output = folder.path + "/poisoned"
    let plan = try attack(folder, opacity: 0).plan(for: clean, try context())
    let manifest = try plan.write(to: output)
    let remark = try #require(plan.remarks.first)
    let numbers = remark.split { !"0123456789.".contains($0) }.compactMap { Double($0) }
    #expect(numbers.count == 2 && numbers[0] < numbers[1], "\(remark)")
    let attack = try #require(try PoisonManifest.load(output).attack as? PoisonFrogs)
    #expect(attack.index == 13 && attack.label == 3)
    let poisoned = try ImageDataset.open(output)
    #expect(poisoned.labels == clean.labels && manifest.samples.count == 3)
    for sample in 0..<60 {
      let isPoison = manifest.samples.contains { $0.index == sample }
      #expect(isPoison == (try clean.images([sample]) != poisoned.images([sample])))
      #expect(!isPoison || clean.labels[sample] == 4)
    }
    let test = try ImageDataset.open(folder.path + "/clean", split: .test)
    guard case .image(let image) = try attack.goal(in: output, shape: clean.shape) else {
      Issue.record("no image")
      return
    }
    #expect(try image == TargetImage(13, of: test, intended: 4))
    #expect(try folder.entries("poisoned").contains("surrogate.safetensors"))
    try self.attack(folder, opacity: 0).plan(for: clean, try context())
      .write(to: folder.path + "/again")
    for file in ["data_batch_1.bin", "target.png", "poison-manifest.json"] {
      #expect(try folder.read("poisoned/" + file) == folder.read("again/" + file))
    }
  }

  /// With a weight that allows no change but the watermark's, poisons are γ·t + (1 − γ)·b.
  @Test func theTargetShinesThrough() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    var attack = attack(folder, opacity: 0.25)
    attack.baseWeight = 1e12
    let plan = try attack.plan(for: clean, try context())
    let target = try ImageDataset.open(folder.path + "/clean", split: .test).images([13])
    for sample in plan.samples {
      for (value, (base, mark)) in zip(
        try plan.images([sample]), zip(try clean.images([sample]), target))
      {
        #expect(abs(Double(value) - (0.25 * Double(mark) + 0.75 * Double(base))) <= 0.501)
      }
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    func failure(_ attack: PoisonFrogs) throws -> ParameterError {
      try #require(throws: ParameterError.self) { try attack.plan(for: clean, try context()) }
    }
    #expect(try failure(attack(folder, target: 3)).name == "target")
    #expect(try failure(attack(folder, index: 20)).name == "targetImage")
    #expect(try failure(attack(folder, opacity: 1)).name == "opacity")
    var heavy = attack(folder)
    heavy.baseWeight = 0
    #expect(try failure(heavy).name == "baseWeight")
  }
}
