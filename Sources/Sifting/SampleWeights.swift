import Foundation

/// What all sifters together say of each sample.
public struct SampleWeights {
  /// By sifter.
  package let opinions: [SifterOpinion]

  package init(_ opinions: [SifterOpinion]) { self.opinions = opinions }

  public var count: Int { opinions.first?.logits.count ?? 0 }

  /// The mean of the sifters' weights, from 0 (reject) to 1 (keep).
  ///
  /// Computed from the logits in Double, so that weights near 1 keep their order.
  public var means: [Double] { mean { $0.logits.map { 1 / (1 + exp(-$0)) } } }

  /// The mean loss of the diluted images.
  public var dilutedLosses: [Double] { mean { $0.dilutedLosses.map { Double($0) } } }

  /// The mean loss of the images as they are: what a choice by low early loss goes by.
  public var losses: [Double] { mean { $0.losses.map { Double($0) } } }

  /// How far the order of the weights is that of the diluted losses, lowest first, within classes.
  ///
  /// Kendall's τ. ψ sees a loss only, so the weights of one sifter that falls with it give 1.
  public func agreementWithLosses(labels: [Int32]) -> Double? {
    RankCorrelation(means, dilutedLosses.map { -$0 }, groups: labels).tau
  }

  private func mean(_ values: (SifterOpinion) -> [Double]) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    for opinion in opinions {
      for (sample, value) in values(opinion).enumerated() { sums[sample] += value }
    }
    return sums.map { $0 / Double(opinions.count) }
  }
}
