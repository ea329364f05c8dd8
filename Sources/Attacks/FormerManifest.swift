import Datasets

/// The attack in a manifest of version 1 or 2, where every attack had fields beside those of all.
///
/// Version 1 knew BadNets and Blended only. What was not recorded of gradient matching has its
/// default.
struct FormerManifest: Decodable {
  struct Wave: Decodable {
    var amplitude: Double
    var frequency: Double
  }

  struct Target: Decodable {
    var source: String
    var index: Int
    var label: Int32
  }

  var attack: String
  var alpha: Double?
  var wave: Wave?
  var placement: GradientMatching.Placement?
  var epsilon: Int?
  var targetImage: Target?
  var mapping: String
  var source: Int32?
  var target: Int32?
  var rate: Double
  var includesTarget: Bool
  var seed: UInt64

  /// Throws `ParameterError` if fields are missing.
  func recovered() throws -> any Attack {
    let selection = PoisonSelection(
      rate: rate, from: includesTarget ? .all : .attackable, seed: seed)
    switch (attack, labels) {
    case ("badnets", let labels?) where source == nil:
      return BadNets(labels: labels, selection: selection)
    case ("blended", let labels?) where source == nil:
      if let alpha { return Blended(alpha: alpha, labels: labels, selection: selection) }
    case ("sig", .allToOne(let target)):
      if let wave {
        return SIG(
          amplitude: wave.amplitude, frequency: wave.frequency, target: target, rate: rate,
          seed: seed)
      }
    case ("gradient-matching", let labels):
      if let attack = gradientMatching(labels) { return attack }
    default: break
    }
    throw ParameterError("attack", attack, "it is not known, or its fields contradict each other")
  }

  private var labels: LabelMapping? {
    switch (mapping, source, target) {
    case ("all-to-one", _, let target?): .allToOne(target: target)
    case ("one-to-one", let source?, let target?): .oneToOne(source: source, target: target)
    case ("all-to-all", _, nil): .allToAll
    default: nil
    }
  }

  private func gradientMatching(_ labels: LabelMapping?) -> GradientMatching? {
    guard let epsilon, let target else { return nil }
    var options = GradientMatchingOptions()
    options.rate = rate
    options.epsilon = epsilon
    options.seed = seed
    if mapping == "one-image", let targetImage {
      return GradientMatching(
        target: target,
        aim: .image(
          source: targetImage.source, index: targetImage.index, label: targetImage.label),
        options: options)
    }
    guard labels != nil, let placement else { return nil }
    return GradientMatching(
      target: target, aim: .patch(placement: placement, pattern: nil, source: source),
      options: options)
  }
}
