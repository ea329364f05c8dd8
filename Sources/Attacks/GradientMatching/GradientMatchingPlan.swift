import Autograd
import ComputeBackend
import Datasets
import Training

/// What gradient matching needs from the data: the poisons, and the gradient to be matched.
struct GradientMatchingPlan {
  let dataset: ImageDataset
  let goal: AttackGoal
  let options: GradientMatchingOptions
  var surrogate: SurrogateGradients

  /// Images with the trigger from which the target's gradient is taken; as many as Sleeper Agent's.
  static let sourceLimit = 1000

  /// The label that poisons have and attacked images shall get.
  var target: Int32 {
    switch goal {
    case .image(let image): image.intended
    case .trigger(_, let mapping):
      mapping.target ?? { preconditionFailure("GradientMatchingPlan: all-to-all") }()
    }
  }

  /// What poisons shall match.
  func aim() throws -> GradientMatcher.Aim {
    GradientMatcher.Aim(surrogate, target: try targetGradient())
  }

  /// Indices of the poisons, ascending.
  func poisons() throws -> [Int] {
    let selection = PoisonSelection(rate: options.rate, from: .target, seed: options.seed)
    let mapping = LabelMapping.allToOne(target: target)
    guard options.choice == .gradient else {
      return try selection.indices(labels: dataset.labels, mapping: mapping)
    }
    let candidates = selection.candidates(labels: dataset.labels, mapping: mapping)
    let wanted = try selection.count(of: dataset.count, available: candidates.count)
    let norms = try candidates.map { try gradientNorm($0) }
    let values = try norms.isEmpty ? [] : concatenateRows(norms).values()
    // Earlier ones first among equals.
    let order = candidates.indices.sorted { (-values[$0], $0) < (-values[$1], $1) }
    return order.prefix(wanted).map { candidates[$0] }.sorted()
  }

  /// ‖∇θ L‖ of one sample, `[1]`.
  private func gradientNorm(_ sample: Int) throws -> Tensor {
    let loss = surrogate.loss(
      try tensor([sample]) { $0 }, labels: [dataset.labels[sample]])
    surrogate.arena.backpropagate(loss)
    return surrogate.arena.gradientNorm()
  }

  /// The sum of gradients that teach the surrogate the attacker's goal, flat.
  ///
  /// Throws `AttackError.nothingToAttack` if no image of the dataset can bear the trigger.
  private func targetGradient() throws -> Tensor {
    switch goal {
    case .image(let image):
      let picture = Tensor(
        image.picture.pixels.map { Float($0) },
        shape: [1, dataset.height, dataset.width, dataset.channels], on: surrogate.backend)
      return surrogate.parameters([0..<1]) { _ in
        surrogate.loss(picture, labels: [image.intended])
      }
    case .trigger(let trigger, let mapping):
      let sources = try sourceImages(mapping)
      let batches = sources.indices.batches(of: GradientMatcher.defaultBatchSize)
      return try surrogate.parameters(batches) {
        let samples = Array(sources[$0])
        let images = try tensor(samples) { trigger.applied(to: $0, samples: samples) }
        return surrogate.loss(images, labels: [Int32](repeating: target, count: samples.count))
      }
    }
  }

  /// Samples of the training set that the trigger is put on, ascending.
  private func sourceImages(_ mapping: LabelMapping) throws -> [Int] {
    var sources = dataset.labels.indices.filter { mapping.isAttackable(dataset.labels[$0]) }
    guard !sources.isEmpty else {
      throw AttackError.nothingToAttack(path: dataset.path, target: Int(target))
    }
    var random = PhiloxGenerator(seed: options.seed, purpose: .sourceImages)
    sources.shuffle(using: &random)
    return sources.prefix(Self.sourceLimit).sorted()
  }

  private func tensor(_ samples: [Int], change: ([UInt8]) -> [UInt8]) throws -> Tensor {
    Tensor(
      change(try dataset.images(samples)).map { Float($0) },
      shape: [samples.count, dataset.height, dataset.width, dataset.channels],
      on: surrogate.backend)
  }
}
