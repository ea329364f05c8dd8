import ComputeBackend
import Datasets
import Runs
import Training

/// Finds clean samples in a dataset that may be poisoned, with nothing but the dataset
/// (Zeng et al., "Meta-Sift", USENIX Security 2023).
///
///     let weights = try MetaSift().weights(of: dataset, on: backend, Run())
///     let counts = try SiftQuota.perClass(100).counts(of: dataset, classNames: names)
///     let clean = SiftSelection.highest(weights.means, labels: dataset.labels, counts: counts)
///
/// Some sifters are trained, each from its own random weights; each then weighs all samples,
/// diluted in its own way, and the weights are averaged.
public struct MetaSift: Hashable, Codable, Sendable {
  /// m.
  public var sifters = 5
  public var recipe: SifterRecipe
  public var dilution: Dilution
  public var seed: UInt64

  public init(
    _ recipe: SifterRecipe = SifterRecipe(), dilution: Dilution? = nil, seed: UInt64 = 0
  ) {
    self.recipe = recipe
    self.dilution =
      dilution ?? (recipe.isCompatible ? Dilution(flips: false, blurs: false) : Dilution())
    self.seed = seed
  }

  /// Trains the sifters and lets them weigh all samples.
  ///
  /// - Parameters:
  ///   - folder: where finished sifters, and the state of one in training, are kept; a run found
  ///     there goes on. `nil` for nowhere.
  ///   - intervals: how often progress is told and the state is saved.
  /// - Throws: `TrainingError.diverged`, `SiftingError`, `RunError`, or what the run's handler
  ///   throws.
  public func weights(
    of images: any LabelledImages, on backend: any ComputeBackend, _ run: Run,
    folder: RunFolder? = nil, intervals: TrainingIntervals = .init()
  ) throws -> SampleWeights {
    try SiftQuota.requireComparable(images)
    var opinions: [SifterOpinion] = []
    var counter: PhaseCounter?
    for number in 0..<sifters {
      let name = "sifter-\(number + 1)"
      if let folder, folder.contains(name + ".safetensors") {
        opinions.append(try SifterOpinion.load(folder.file(name + ".safetensors")))
        continue
      }
      let state = name + "-state.safetensors"
      let trainer = try SifterTrainer(
        recipe, images: images, seed: sifterSeed(number), stateFile: folder?.file(state),
        on: backend)
      let passes = SifterPasses(images: images.count, epochs: trainer.phaseEpochs)
      func tell(_ done: Double) throws {
        let all = Double(number) * passes.total + done
        if counter == nil {
          counter = try run.count(
            "sifters", of: Int(Double(sifters) * passes.total), unit: "passes", done: Int(all))
        }
        try counter?(all)
      }
      try trainer.resume()
      for phase in SifterTrainer.Phase.allCases {
        try run.measure("sifter \(number + 1), \(phase.name)") {
          try trainer.train(to: phase, intervals: intervals) {
            try tell(passes.trained(epochs: $0))
          }
        }
      }
      let opinion = try run.measure("sifter \(number + 1), weighing") {
        try trainer.sifter.opinion(
          of: images, dilution: dilution, seed: seed, number: number
        ) { try tell(passes.weighed($0)) }
      }
      if let folder {
        try opinion.save(to: folder.file(name + ".safetensors"))
        folder.delete(state)
      }
      opinions.append(opinion)
    }
    return SampleWeights(opinions)
  }

  private func sifterSeed(_ number: Int) -> UInt64 {
    var random = PhiloxGenerator(
      seed: seed, stream: UInt32(truncatingIfNeeded: number), purpose: .sifter)
    return random.next()
  }
}

/// How far the work is, in passes of an image through a network: plain training costs 3, a step
/// with a meta-update 8.5, weighing 2.
private struct SifterPasses {
  let images: Int
  let epochs: Int

  private static let (plain, meta, weighing) = (3.0, 8.5, 2.0)

  /// Of one sifter.
  var total: Double {
    Double(images) * (Double(epochs) * (Self.plain + Self.meta) + Self.weighing)
  }

  /// - Parameter epochs: of both phases, done.
  func trained(epochs done: Double) -> Double {
    let phase = Double(epochs)
    return Double(images) * (min(done, phase) * Self.plain + max(0, done - phase) * Self.meta)
  }

  func weighed(_ done: Int) -> Double {
    trained(epochs: 2 * Double(epochs)) + Double(done) * Self.weighing
  }
}
