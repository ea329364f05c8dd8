import Attacks
import ComputeBackend
import Datasets
import Devices
import Models
import TestSupport
import Testing
import Training

@Suite struct LabelConsistentTests {
  private static let seed: UInt64 = 5

  /// Scores x₀ − 2x₁ and −x₀: the loss of label 0 rises as x₀ falls and x₁ rises, and
  /// does not depend on x₂ and x₃.
  @Test(arguments: TestDevices.all)
  func stepsAreThoseOfALinearModel(device: TestDevice) throws {
    let network = try LinearNetwork([[1, -2, 0, 0], [-1, 0, 0, 0]], on: device.backend)
    let shape = ImageShape(height: 2, width: 2, channels: 1)
    let images: [UInt8] = [100, 200, 50, 7, 3, 250, 128, 255]
    func perturbed(iterations: Int) throws -> [UInt8] {
      try ProjectedGradient(
        network, epsilon: 8, step: 1.5, iterations: iterations, seed: Self.seed
      ).perturbed(images, shape: shape, samples: [4, 9], labels: [0, 0])
    }
    let noise = [4, 9].flatMap { sample in
      Philox.row(
        NoiseKey(seed: Self.seed, purpose: .poisonPerturbation), stream: sample, count: 4,
        normal: false
      ).map { 16 * $0 - 8 }
    }
    for (iterations, way) in [(1, Float(1.5)), (100, 16)] {
      let found = try perturbed(iterations: iterations)
      for place in images.indices {
        let original = Float(images[place])
        let start = min(max(original + noise[place], 0), 255)
        let moved = start + [-way, way, 0, 0][place % 4]
        let bounded = min(max(moved, original - 8), original + 8)
        #expect(found[place] == UInt8(min(max(bounded, 0), 255).rounded()), "\(place)")
      }
    }
    #expect(try perturbed(iterations: 100)[0...1] == [92, 208])
    #expect(try perturbed(iterations: 100)[4...5] == [0, 255])
  }

  /// 60 shapes, six of each class.
  private func source(_ folder: TemporaryFolder) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 60, test: 20)
    return try ImageDataset.open(folder.path + "/clean")
  }

  private func context(classes: Int = 10) throws -> AttackContext {
    let network = ClassifierFile.random(
      ClassifierConfiguration(.resNet20, classes: classes, width: 4), seed: 1,
      on: try Devices.make("cpu"))
    return AttackContext(surrogate: { Surrogate(network, name: "s") })
  }

  private func attack(epsilon: Int = 8, amplitude: Double = 64) -> LabelConsistent {
    LabelConsistent(
      epsilon: epsilon, iterations: 2, amplitude: amplitude, target: 3, rate: 0.05,
      seed: Self.seed)
  }

  @Test func poisonsKeepTheirLabelsAndStayInTheBall() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let output = folder.path + "/poisoned"
    let manifest = try attack().plan(for: clean, try context()).write(to: output)
    #expect(manifest.attack as? LabelConsistent == attack())
    let poisoned = try ImageDataset.open(output)
    #expect(poisoned.labels == clean.labels)
    let indices = manifest.samples.map(\.index)
    #expect(indices.count == 3 && indices.allSatisfy { clean.labels[$0] == 3 })
    guard
      case .trigger(let trigger, .allToOne(target: 3)) = try manifest.attack.goal(
        in: output, shape: clean.shape)
    else {
      Issue.record("no trigger")
      return
    }
    for index in 0..<60 {
      let (before, after) = (try clean.image(index), try poisoned.image(index))
      guard indices.contains(index) else {
        #expect(before == after)
        continue
      }
      var largest = 0
      for y in 0..<32 {
        for x in 0..<32 where !(y < 3 || y >= 29) || !(x < 3 || x >= 29) {
          for channel in 0..<3 {
            largest = max(largest, abs(Int(before[y, x, channel]) - Int(after[y, x, channel])))
          }
        }
      }
      #expect(largest > 4 && largest <= 8)
      // Test images get the pattern alone.
      #expect(trigger.applied(to: before.pixels) != after.pixels)
    }
    try attack().plan(for: clean, try context()).write(to: folder.path + "/again")
    for file in ["data_batch_1.bin", "trigger.png", "poison-manifest.json"] {
      #expect(try folder.read("poisoned/" + file) == folder.read("again/" + file))
    }
  }

  /// The published pattern: light (1) and dark (−1) cells on the left, mirrored on the right.
  @Test(arguments: [28, 64])
  func thePatternIsInAllCorners(side: Int) {
    let shape = ImageShape(height: side, width: side, channels: 1)
    let gray = [UInt8](repeating: 100, count: side * side)
    let image = RasterImage(
      shape: shape, pixels: attack(amplitude: 200).makeTrigger(for: shape).applied(to: gray))
    let cell = side / 28
    let signs = [[1, -1, -1], [-1, 1, -1], [1, -1, 1]]
    for y in 0..<side {
      for x in 0..<side {
        let (row, column) = (y < side / 2 ? y : y - side + 3 * cell, min(x, side - 1 - x))
        let isPattern = (0..<3 * cell).contains(row) && column < 3 * cell
        let expected: UInt8 = isPattern ? (signs[row / cell][column / cell] > 0 ? 255 : 0) : 100
        #expect(image[y, x, 0] == expected, "\(y), \(x)")
      }
    }
  }

  @Test func refusesWhatDoesNotFit() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    func failure(_ attack: LabelConsistent, classes: Int = 10) throws -> String {
      let error = try #require(throws: (any Error).self) {
        try attack.plan(for: clean, try context(classes: classes))
      }
      return "\(error)"
    }
    #expect(try failure(attack(epsilon: 0)) == "epsilon 0: a byte moves by 1 to 255")
    #expect(try failure(attack(amplitude: 0)).hasPrefix("amplitude 0.0: "))
    #expect(try failure(attack(), classes: 3).hasPrefix("s: it takes 3 channels and knows 3"))
    let tiny = RasterImage(shape: ImageShape(height: 5, width: 9, channels: 3), filledWith: 9)
    try folder.write([], to: "tiny/a/1.png")
    try folder.write([], to: "tiny/b/2.png")
    for name in ["a/1", "b/2"] { try PNG.write(tiny, to: folder.path + "/tiny/\(name).png") }
    let dataset = try ImageDataset.open(folder.path + "/tiny")
    let small = try #require(throws: AttackError.self) {
      try attack().plan(for: dataset, try context())
    }
    #expect("\(small)".contains("the images are 9×5×3, but four corners need 6 pixels a side"))
  }
}
