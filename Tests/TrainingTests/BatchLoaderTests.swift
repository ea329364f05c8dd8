import Autograd
import Datasets
import Models
import TestSupport
import Testing
import Training

@Suite struct BatchLoaderTests {
  private let identity = InputNormalization(mean: [0], standardDeviation: [1.0 / 255])

  private func loader(
    _ images: MemoryImages, batchSize: Int, augmentation: Augmentation = .none, seed: UInt64 = 1
  ) -> BatchLoader {
    BatchLoader(
      images, batchSize: batchSize, normalization: identity, augmentation: augmentation, seed: seed)
  }

  @Test func everyEpochVisitsSamplesOnceInANewOrder() throws {
    let images = MemoryImages.counting(ImageShape(height: 1, width: 2, channels: 1), count: 10)
    let loader = loader(images, batchSize: 3)
    #expect(loader.batchesPerEpoch == 3)
    func epoch(_ number: Int) throws -> [Int32] {
      try (0..<3).flatMap { try loader.batch(step: 3 * number + $0).samples }
    }
    let (first, second) = (try epoch(0), try epoch(1))
    #expect(Set(first).count == 9 && Set(second).count == 9)
    #expect(first != second)
    #expect(try epoch(0) == first)
    for batch in try (0..<3).map({ try loader.batch(step: $0) }) {
      #expect(batch.labels == batch.samples.map { $0 % 2 })
      let pixels: [Float] = batch.samples.flatMap { [2 * Float($0), 2 * Float($0) + 1] }
      #expect(batch.pixels.map { $0.rounded() } == pixels)
    }
  }

  @Test func fewImagesMakeOneBatch() throws {
    let images = MemoryImages.counting(ImageShape(height: 1, width: 1, channels: 1), count: 4)
    let loader = loader(images, batchSize: 64)
    #expect(loader.batchesPerEpoch == 1)
    #expect(try Set(loader.batch(step: 0).samples) == [0, 1, 2, 3])
  }

  /// Ten images in batches of at most four are three, none of which is left with one image.
  @Test func takesAllInEvenBatches() throws {
    let images = MemoryImages.counting(ImageShape(height: 1, width: 1, channels: 1), count: 10)
    let loader = BatchLoader(
      images, batchSize: 4, normalization: identity, takesAll: true, seed: 1)
    #expect(loader.batchesPerEpoch == 3)
    let batches = try (3..<6).map { try loader.batch(step: $0).samples }
    #expect(batches.map(\.count) == [3, 3, 4])
    #expect(Set(batches.joined()) == Set(0..<10))
    let whole = BatchLoader(
      images, batchSize: 5, normalization: identity, takesAll: true, seed: 1)
    #expect(try (0..<2).map { try whole.batch(step: $0).count } == [5, 5])
  }

  @Test(arguments: TestDevices.all)
  func tensorsAreAugmentedAsBytesAreAndGradientsGoBack(device: TestDevice) throws {
    let images = MemoryImages.counting(ImageShape(height: 4, width: 5, channels: 3), count: 3)
    let augmentation = Augmentation(cropPadding: 2, flips: true)
    let grey = InputNormalization(
      mean: [0, 0, 0], standardDeviation: [Float](repeating: 1.0 / 255, count: 3))
    for epoch in 0..<4 {
      let batch = try BatchLoader.batch(
        [0, 1, 2], of: images, normalization: grey, augmentation: augmentation, seed: 2,
        epoch: epoch)
      let input = Tensor(
        try images.images([0, 1, 2]).map { Float($0) }, shape: [3, 4, 5, 3], on: device.backend
      ).variable()
      let changed = augmentation.apply(to: input, samples: [0, 1, 2], seed: 2, epoch: epoch)
      expectClose(try changed.values(), batch.pixels, .absolute(1e-3), "epoch \(epoch)")
      // Every pixel that is seen has slope 1: Σ x·slope = Σ of what is seen.
      let slope = gradient(of: changed.sum(), wrt: [input])[0]
      let seen = try (slope * input).sum().item()
      expectClose([seen], [batch.pixels.reduce(0, +)], .relative(1e-5), "gradient \(epoch)")
    }
  }

  @Test func augmentationDoesNotDependOnTheBatch() throws {
    let images = MemoryImages.counting(ImageShape(height: 5, width: 5, channels: 3), count: 12)
    let augmentation = Augmentation(cropPadding: 2, flips: true)
    func bySample(_ batchSize: Int, epoch: Int) throws -> [Int32: [Float]] {
      let normalization = InputNormalization.centered(channels: 3)
      let loader = BatchLoader(
        images, batchSize: batchSize, normalization: normalization, augmentation: augmentation,
        seed: 2)
      var result: [Int32: [Float]] = [:]
      for number in 0..<loader.batchesPerEpoch {
        let batch = try loader.batch(step: epoch * loader.batchesPerEpoch + number)
        for (position, sample) in batch.samples.enumerated() {
          result[sample] = Array(batch.pixels[position * 75..<(position + 1) * 75])
        }
      }
      return result
    }
    #expect(try bySample(4, epoch: 3) == bySample(6, epoch: 3))
    #expect(try bySample(4, epoch: 3) != bySample(4, epoch: 4))
  }

  @Test func cropsAndFlips() throws {
    // One row 1 2 3: every result is a window of 0 0 1 2 3 0 0, or its mirror image.
    let shape = ImageShape(height: 1, width: 3, channels: 1)
    let images = MemoryImages(shape: shape, classCount: 1, labels: [0], pixels: [1, 2, 3])
    let loader = BatchLoader(
      images, batchSize: 1, normalization: identity,
      augmentation: Augmentation(cropPadding: 2, flips: true), seed: 5)
    let windows: [[Float]] = [[0, 0, 1], [0, 1, 2], [1, 2, 3], [2, 3, 0], [3, 0, 0]]
    let allowed = Set(windows + windows.map { $0.reversed() } + [[0, 0, 0]])
    var seen: Set<[Float]> = []
    for step in 0..<400 { seen.insert(try loader.batch(step: step).pixels.map { $0.rounded() }) }
    #expect(seen == allowed)
  }

  @Test func selectionsRenumberSamplesAndLabels() throws {
    let images = MemoryImages.counting(ImageShape(height: 1, width: 1, channels: 1), count: 6)
    let selection = ImageSelection(images, indices: [4, 1], labels: [1, 0])
    #expect(selection.count == 2 && selection.labels == [1, 0])
    #expect(try selection.images([1, 0]) == [1, 4])
    #expect(ImageSelection(images, indices: [3]).labels == [1])
  }

  @Test func concatenationsCountOn() throws {
    let shape = ImageShape(height: 1, width: 1, channels: 1)
    let parts = [3, 2].map { MemoryImages.counting(shape, count: $0) }
    let all = try ImageConcatenation(parts)
    #expect(all.count == 5 && all.labels == [0, 1, 0, 0, 1])
    #expect(try all.images([4, 0, 3, 2]) == [1, 0, 0, 2])
    let other = MemoryImages.counting(ImageShape(height: 2, width: 1, channels: 1), count: 1)
    #expect(throws: TrainingError.self) { try ImageConcatenation([parts[0], other]) }
  }
}
