extension PoisonManifest {
  /// Whether the fields fit the attack and each other.
  var isConsistent: Bool { hasFieldsOfAttack && hasValidLabels && hasValidSamples }

  /// Every attack has its own fields and no other's; files lie beside the manifest.
  private var hasFieldsOfAttack: Bool {
    let isTargeted = mapping == .oneImage
    let files = [pattern, targetImage?.picture].compactMap { $0 }
    return (attack == .blended) == (alpha != nil)
      && (attack == .sinusoid) == (wave != nil)
      && (attack == .gradientMatching) == (epsilon != nil)
      && (attack == .gradientMatching && !isTargeted) == (placement != nil)
      && isTargeted == (targetImage != nil) && isTargeted == (pattern == nil)
      && (attack == .gradientMatching || mapping == .allToOne
        || mapping == .allToAll && !attack.isCleanLabel)
      && (attack != .gradientMatching || mapping != .allToAll)
      && alpha.map { $0 > 0 && $0 <= 1 } ?? true
      && wave.map { $0.amplitude.isFinite && $0.frequency.isFinite } ?? true
      && epsilon.map { (1...255).contains($0) } ?? true
      && files.allSatisfy { !$0.isEmpty && !$0.contains("/") }
  }

  private var hasValidLabels: Bool {
    (mapping == .allToAll) == (target == nil) && (mapping == .oneToOne) == (source != nil)
      && [source, target, targetImage?.label].compactMap { $0 }.allSatisfy { isLabel($0) }
      && (target == nil || (target != source && target != targetImage?.label))
  }

  private var hasValidSamples: Bool {
    Set(samples.map(\.index)).count == samples.count
      && samples.allSatisfy {
        (0..<count).contains($0.index) && isLabel($0.label) && isLabel($0.originalLabel)
          && (!attack.isCleanLabel || $0.label == $0.originalLabel && $0.label == target)
      }
  }

  private func isLabel(_ label: Int32) -> Bool { label >= 0 && label < classCount }
}
