import ComputeBackend
import Foundation

/// One reverse step from noise level ᾱ to the lower level ᾱ′ (1: the clean image), in double
/// precision.
///
/// With x the sample and m the network's output, both x̂₀ and ε are linear in them.
package struct ReverseStep {
  package let schedule: NoiseSchedule
  /// ᾱ, the level of the sample.
  package let alphaBar: Double
  /// ᾱ′, the level of the result.
  package let nextAlphaBar: Double

  package init(schedule: NoiseSchedule, alphaBar: Double, nextAlphaBar: Double) {
    self.schedule = schedule
    self.alphaBar = alphaBar
    self.nextAlphaBar = nextAlphaBar
  }

  /// x̂₀ = sample·x + output·m, before clipping.
  var cleanImage: (sample: Double, output: Double) {
    let signal = alphaBar.squareRoot()
    let noise = (1 - alphaBar).squareRoot()
    return switch schedule.prediction {
    case .epsilon: (1 / signal, -noise / signal)
    case .sample: (0, 1)
    case .velocity: (signal, -noise)
    }
  }

  /// ε = sample·x + output·m.
  var noise: (sample: Double, output: Double) {
    let signal = alphaBar.squareRoot()
    let noise = (1 - alphaBar).squareRoot()
    return switch schedule.prediction {
    case .epsilon: (0, 1)
    case .sample: (1 / noise, -signal / noise)
    case .velocity: (noise, signal)
    }
  }

  /// β of the step as a whole, 1 − ᾱ/ᾱ′, which is β_t where no time step is skipped.
  var beta: Double { 1 - alphaBar / nextAlphaBar }

  /// β̃, the variance of q(x′ | x, x₀).
  var posteriorVariance: Double { max((1 - nextAlphaBar) / (1 - alphaBar) * beta, 1e-20) }

  private var isLast: Bool { nextAlphaBar == 1 }

  /// Ancestral sampling: x′ = μ̃(x, x̂₀) + σz, no noise on the last step.
  ///
  /// Source: Ho et al., 2020, eq. 7.
  package func ancestral() -> DiffusionStep {
    var step = make(
      prediction: nextAlphaBar.squareRoot() * beta / (1 - alphaBar),
      sample: (alphaBar / nextAlphaBar).squareRoot() * (1 - nextAlphaBar) / (1 - alphaBar))
    switch schedule.variance {
    case .fixedSmall, .fixedSmallLog: step.noiseScale = Float(posteriorVariance.squareRoot())
    case .fixedLarge, .fixedLargeLog: step.noiseScale = Float(beta.squareRoot())
    case .learnedRange:
      // The last step's range ends where the noise is far below a float's precision.
      let lower = log(posteriorVariance)
      step.learnedVariance = .init(lower: Float(lower), upper: Float(isLast ? lower : log(beta)))
    }
    if isLast { step.noiseScale = 0 }
    return step
  }

  /// DDIM: x′ = √ᾱ′·x̂₀ + √(1−ᾱ′−σ²)·ε + σz, σ² = η²β̃.
  ///
  /// Source: Song et al., 2021, eq. 12. ε follows from the output as it is, even if x̂₀ was
  /// clipped, or from the clipped x̂₀: ε = (x − √ᾱ·x̂₀)/√(1−ᾱ).
  package func implicit(eta: Double) -> DiffusionStep {
    let variance = isLast ? 0 : eta * eta * posteriorVariance
    let direction = max(1 - nextAlphaBar - variance, 0).squareRoot()
    if schedule.takesNoiseFromClipped {
      let share = direction / (1 - alphaBar).squareRoot()
      return make(
        prediction: nextAlphaBar.squareRoot() - share * alphaBar.squareRoot(), sample: share,
        noiseScale: variance.squareRoot())
    }
    return make(
      prediction: nextAlphaBar.squareRoot(), sample: direction * noise.sample,
      output: direction * noise.output, noiseScale: variance.squareRoot())
  }

  /// DPM-Solver++(2M): second order where the step before is given.
  ///
  /// Source: Lu et al., 2022, algorithm 2.
  /// - Parameter previousAlphaBar: ᾱ at which the previous x̂₀ was predicted, `nil` for first
  ///   order.
  package func multistep(previousAlphaBar: Double?) -> DiffusionStep {
    // With α = √ᾱ, σ = √(1−ᾱ), λ = ln α/σ, h = λ′−λ: x′ = (σ′/σ)x − α′(e⁻ʰ−1)·D.
    let ratio = ((1 - nextAlphaBar) / (1 - alphaBar)).squareRoot()
    let shrink = ratio * (alphaBar / nextAlphaBar).squareRoot()  // e⁻ʰ, 0 on the last step.
    let weight = nextAlphaBar.squareRoot() * (1 - shrink)
    guard let previousAlphaBar, !isLast else { return make(prediction: weight, sample: ratio) }
    // D = x̂₀ + (x̂₀ − x̂₀(previous))/(2r), r = h(previous)/h.
    let r = (Self.lambda(alphaBar) - Self.lambda(previousAlphaBar)) / -log(shrink)
    return make(
      prediction: weight * (1 + 0.5 / r), sample: ratio, previousPrediction: -weight * 0.5 / r)
  }

  private static func lambda(_ alphaBar: Double) -> Double { 0.5 * log(alphaBar / (1 - alphaBar)) }

  private func make(
    prediction: Double, sample: Double, output: Double = 0, previousPrediction: Double = 0,
    noiseScale: Double = 0
  ) -> DiffusionStep {
    DiffusionStep(
      sampleToPrediction: Float(cleanImage.sample), outputToPrediction: Float(cleanImage.output),
      clip: schedule.clip.map { Float($0) } ?? .infinity, predictionWeight: Float(prediction),
      sampleWeight: Float(sample), outputWeight: Float(output),
      previousPredictionWeight: Float(previousPrediction), noiseScale: Float(noiseScale))
  }
}
