import Autograd
import ComputeBackend
import Datasets
import Detection
import Devices
import Foundation
import Models
import NeuralNet
import Runs
import TestSupport
import Testing
import Training

@Suite struct AGPDTests {
  /// g₀ = (1, 0), g = {(1, 0) three times, (0, 1)}.
  @Test func dispersionByHand() {
    let gradients = Directions([1, 0, 1, 0, 1, 0, 0, 1], columns: 2)
    let nearness = gradients.cosines(with: [1, 0])
    let farness = gradients.cosines(with: gradients[3])
    #expect(nearness == [1, 1, 1, 0])
    #expect(farness == [0, 0, 0, 1])
    let dispersion = GradientDispersion(nearness: nearness, farness: farness)
    #expect(dispersion.deviation == 1)
    #expect(dispersion.scores == [1, 1, 1, 0])
  }

  /// ρ = 1, 0.1, 0.12, 0.08, 0.1: z of the first is 0.9/(1.4826·0.02).
  @Test func abnormalClassesByHand() {
    let spread: [Double?] = [1, 0.1, 0.12, 0.08, 0.1]
    let deviations = LayerDispersions.deviations(spread)
    #expect(abs(deviations[0] - 30.35) < 0.005)
    #expect(deviations.dropFirst().allSatisfy { $0 < 1 })
    let even: [Double?] = [0.2, 0.21, 0.19, 0.2, 0.22]
    let found = LayerDispersions([even, spread, even])
    #expect(found.layer == 1 && found.targets == [0])
    #expect(LayerDispersions.deviations([0.5, nil, 0.5, 0.7]) == [0, 0, 0, 0])
  }

  /// No class differs from the others, but all spread in the third layer from the end.
  @Test func allClassesMayBeTargets() {
    let even: [Double?] = [0.2, 0.21, 0.19, nil, 0.22]
    let wide: [Double?] = [0.4, 0.41, 0.29, nil, 0.42]
    let found = LayerDispersions([even, even, wide, even, even])
    #expect(found.layer == 2 && found.limit == 0.3 && found.targets == [0, 1, 4])
    #expect(LayerDispersions([even, even, even, even]).targets.isEmpty)
  }

  @Test func bothDirectionsAtOnceCountAsClean() {
    #expect(GradientDispersion(nearness: [1], farness: [1]).scores == [1])
    #expect(GradientDispersion(nearness: [], farness: []).deviation == 0)
  }

  @Test func cosinesDoNotDependOnLength() {
    let directions = Directions([3, 4, 0, 0, -6, -8], columns: 2)
    expectClose(directions.cosines(with: [30, 40]), [1, 0, -1], .absolute(1e-6), "cosines")
    #expect(directions.cosines(with: [0, 0]) == [0, 0, 0])
  }

  /// A fan of 120 clean and 30 poisoned gradients; the numbers are NumPy's (np.histogram, the
  /// definitions written out).
  @Test func sieveAgreesWithNumPy() throws {
    let gradients = (0..<150).flatMap { sample -> [Float] in
      let angle: Double
      if sample < 120 {
        angle = 0.006 * Double(7 * sample % 120)
      } else {
        angle = 1.2 + 0.004 * Double(7 * sample % 30)
      }
      return [Float(cos(angle)), Float(sin(angle))]
    }
    let sieve = GradientSieve(gradients: gradients, columns: 2, reference: [1, 0])
    #expect(sieve.divergences.count == 73)
    expectClose(
      Array(sieve.divergences.prefix(6)), [0.3908, 0.2608, 0.2884, 0.3271, 0.322, 0.3426],
      .absolute(1e-4), "divergences")
    // Ten rounds.
    #expect(sieve.isPoison.count { $0 } == 63)
    #expect(sieve.isPoison.suffix(30).allSatisfy { $0 })
    expectClose(
      [0, 5, 50, 119, 120, 135, 149].map { sieve.scores[$0] },
      [1, 0.9172, 0.1401, 0.1184, 0.0566, 0.0752, 0.0852], .absolute(2e-4), "scores")
  }

  /// ln 2 between distributions without a common bin; 0 between equal ones.
  @Test func divergenceByHand() {
    #expect(GradientSieve.distance([0.5, 0.5], [0.5, 0.5]) == 0)
    #expect(abs(GradientSieve.distance([1, 0], [0, 1]) - log(2).squareRoot()) < 1e-12)
  }

  /// Twelve divergences: the window of ten from 2 on is constant, and ends rounds after 2 + 5.
  @Test func stopsInTheMiddleOfTheQuietestWindow() {
    let quiet = [0.9, 0.8] + [Double](repeating: 0.1, count: 10)
    #expect(GradientSieve.roundsBeforeStop(quiet, rounds: 13) == 7)
    #expect(GradientSieve.roundsBeforeStop([0.3, 0.2, 0.1, 0.4], rounds: 5) == 2)
    #expect(GradientSieve.roundsBeforeStop([], rounds: 1) == 1)
  }

  private let folder: TemporaryFolder
  private let dataset: ImageDataset
  private let backend: any ComputeBackend

  init() throws {
    folder = try TemporaryFolder()
    try Shapes(seed: 5).writeFolder(folder.path + "/data", training: 40, test: 10)
    dataset = try ImageDataset.open(folder.path + "/data")
    backend = try Devices.make("cpu")
  }

  /// Behind a normalization with γ = σ = 1, the gradient's mean over the pixels is that with
  /// respect to β but for a factor, which central differences give.
  @Test func gradientsAreThoseOfTheLabelsScore() throws {
    let network = ClassifierFile.random(
      ClassifierConfiguration(
        .resNet20, classes: dataset.classCount, inputChannels: dataset.channels, width: 4),
      seed: 3, on: backend)
    var layers: [Directions] = []
    try LabelGradients(of: network, on: dataset, batchSize: 8).forEachBatch(of: [3]) {
      samples, found in
      #expect(samples == [3])
      layers = found
    }
    let normalizations = network.parameters.normalizations
    #expect(layers.count == normalizations.count)
    func score() throws -> Double {
      var value = 0.0
      try network.forEachBatch(of: ImageSelection(dataset, indices: [3])) { batch, pixels in
        value = Double(try network.logits(pixels).values()[Int(batch.labels[0])])
      }
      return value
    }
    for layer in [0, 9, normalizations.count - 1] {
      let bias = normalizations[layer].bias
      let step: Float = 1e-3
      let slopes = try (0..<layers[layer].columns).map { channel in
        let values = try [step, -step].map { change in
          var shifted = [Float](repeating: 0, count: layers[layer].columns)
          shifted[channel] = change
          bias.assign(Tensor(shifted, shape: [shifted.count], on: backend))
          return try score()
        }
        return Float(values[0] - values[1])
      }
      bias.assign(.zeros([slopes.count], on: backend))
      let cosine = layers[layer].cosine(0, with: slopes)
      #expect(cosine > 0.995, "layer \(layer): \(cosine)")
    }
  }

  private func scores(_ reference: [Int], batchSize: Int) throws -> SampleScores {
    let list = folder.path + "/reference.txt"
    try SampleIndexFile.write(
      reference, fingerprint: try dataset.fingerprint(), remarks: [], to: list)
    let victim = VictimOptions(
      plan: ClassifierPlan(
        .resNet20, width: 4, recipe: ClassifierRecipe(epochs: 2, batchSize: 16, seed: 2)))
    return try AGPDDetector(reference: list).scores(
      DetectionInput(dataset: dataset, victim: victim, batchSize: batchSize, backend: backend),
      Run())
  }

  @Test func scoresDoNotDependOnTheBatch() throws {
    let reference = Set(dataset.labels).compactMap { dataset.labels.firstIndex(of: $0) }
    let found = try scores(reference, batchSize: 40)
    #expect(found.classes.count == dataset.classCount)
    expectClose(
      try scores(reference, batchSize: 7).values.map { $0 ?? .nan },
      found.values.map { $0 ?? .nan }, .absolute(1e-4), "scores")
  }

  @Test func needsTrustedSamplesOfEachClass() throws {
    let others = (0..<dataset.count).filter { dataset.labels[$0] != 1 }
    #expect(throws: DetectionError.self) { try scores(others, batchSize: 40) }
  }
}
