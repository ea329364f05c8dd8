import Datasets

/// The decisions of DataElixir (Zhou et al., AAAI 2024) over a whole dataset, stages 2 and 3.
///
///     let paper = PaperDecisions(images: images, store: store, rules: rules)
///     let findings = paper.identifyAnomalies()               // stage 2: B, P, S
///     let detection = paper.detectTargets(findings)          // stage 3
///
/// Stage 1 is `CandidateConstruction`, which fills the store; stage 4 is `DatasetRepair`.
package struct PaperDecisions {
  /// What a user chooses about the decisions.
  package struct Rules: Hashable, Codable, Sendable {
    package var filter: AnomalyFilter
    package var suspiciousLabel: SuspiciousLabel
    package var compatibility: Compatibility

    package init(
      filter: AnomalyFilter = AnomalyFilter(), suspiciousLabel: SuspiciousLabel = .original,
      compatibility: Compatibility = .paper
    ) {
      self.filter = filter
      self.suspiciousLabel = suspiciousLabel
      self.compatibility = compatibility
    }
  }

  package let images: any LabelledImages
  package let store: CandidateStore
  package let rules: Rules

  package init(images: any LabelledImages, store: CandidateStore, rules: Rules) {
    precondition(
      store.completed == images.count,
      "PaperDecisions: candidates of \(store.completed) of \(images.count) samples")
    self.images = images
    self.store = store
    self.rules = rules
  }

  /// Stage 2, anomalous samples identification (§3.3): a finding for each sample.
  package func identifyAnomalies() -> [AnomalyFilter.Finding] {
    (0..<images.count).map {
      rules.filter.finding(
        store.labels(of: $0), label: images.label($0), classes: images.classCount)
    }
  }

  /// Stage 3, target label detection (§3.4), from the candidates of P ∪ S pooled by label.
  package func detectTargets(_ findings: [AnomalyFilter.Finding]) -> TargetDetection {
    let empty = LabelHistogram(classes: images.classCount)
    var pools = [LabelHistogram](repeating: empty, count: images.classCount)
    var counts = [Int](repeating: 0, count: images.classCount)
    var sizes = counts
    for (sample, finding) in findings.enumerated() {
      let label = images.label(sample)
      sizes[label] += 1
      guard finding.verdict.isAnomalous else { continue }
      let labels = store.labels(of: sample)
      counts[label] += 1
      for candidate in rules.filter.kept(labels, finding: finding) {
        pools[label].add(labels.candidates[candidate])
      }
      if rules.compatibility == .dataElixir { pools[label].add(labels.original) }
    }
    return TargetDetection(
      pools: pools, anomalousSamples: counts, classSizes: sizes,
      compatibility: rules.compatibility)
  }
}

/// What the label of a suspicious sample is read from.
public enum SuspiciousLabel: String, Codable, Sendable, CaseIterable {
  /// The benign model's label of the original image.
  case original
  /// The label that the benign model gives to most candidates.
  case candidates
}
