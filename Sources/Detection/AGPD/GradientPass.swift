import Runs

/// The cosines of all samples' gradients with their class's reference and with the gradient that is
/// farthest from it, in all layers; two passes, so that no more than cosines stays.
struct GradientPass {
  /// Sums of the trusted samples' directions, by class and layer; empty where a class has none.
  private(set) var references: [[[Float]]]
  /// a, `[layers][samples]`.
  private(set) var nearness: [[Float]] = []
  /// b, `[layers][samples]`.
  private(set) var farness: [[Float]] = []
  private let classes: [(label: Int32, samples: [Int])]

  /// - Parameter trusted: at least one sample of each class that occurs.
  init(_ gradients: LabelGradients, labels: [Int32], trusted: [Int], classCount: Int, _ run: Run)
    throws
  {
    classes = ClassMembers(labels.indices, labels: labels).classes
    references = [[[Float]]](repeating: [], count: classCount)
    try gradients.forEachBatch(of: trusted) { samples, layers in
      for (row, sample) in samples.enumerated() {
        let directions = layers.map { $0[row] }
        let sums = references[Int(labels[sample])]
        references[Int(labels[sample])] =
          sums.isEmpty
          ? directions : zip(sums, directions).map { zip($0, $1).map { $0 + $1 } }
      }
    }
    var farthest = references
    var least = references.map { $0.map { _ in Float.infinity } }
    nearness = try Self.cosines(gradients, labels: labels, with: references, "gradients", run) {
      sample, layer, cosine, direction in
      let label = Int(labels[sample])
      guard cosine < least[label][layer] else { return }
      least[label][layer] = cosine
      farthest[label][layer] = direction()
    }
    farness = try Self.cosines(
      gradients, labels: labels, with: farthest, "gradients again", run)
  }

  /// Cosines of all samples with the directions of their classes, `[layers][samples]`.
  private static func cosines(
    _ gradients: LabelGradients, labels: [Int32], with references: [[[Float]]], _ phase: String,
    _ run: Run,
    see: (_ sample: Int, _ layer: Int, _ cosine: Float, _ direction: () -> [Float]) -> Void = {
      _, _, _, _ in
    }
  ) throws -> [[Float]] {
    let count = try run.count(phase, of: labels.count)
    var result: [[Float]] = []
    try gradients.forEachBatch(of: Array(labels.indices)) { samples, layers in
      if result.isEmpty { result = layers.map { _ in [] } }
      for (layer, directions) in layers.enumerated() {
        for (row, sample) in samples.enumerated() {
          let cosine = directions.cosine(row, with: references[Int(labels[sample])][layer])
          result[layer].append(cosine)
          see(sample, layer, cosine) { directions[row] }
        }
      }
      try count(result[0].count)
    }
    return result
  }

  /// The dispersion of a class in a layer.
  private func dispersion(_ samples: [Int], layer: Int) -> GradientDispersion {
    GradientDispersion(
      nearness: samples.map { nearness[layer][$0] }, farness: samples.map { farness[layer][$0] })
  }

  /// ρ of each class, `[layers][classes]`; nil of classes without samples.
  var dispersions: [[Double?]] {
    nearness.indices.map { layer in
      var found = [Double?](repeating: nil, count: references.count)
      for (label, samples) in classes {
        found[Int(label)] = dispersion(samples, layer: layer).deviation
      }
      return found
    }
  }

  /// The score of each sample in a layer.
  func scores(layer: Int) -> [Float] {
    GradientDispersion(nearness: nearness[layer], farness: farness[layer]).scores
  }
}
