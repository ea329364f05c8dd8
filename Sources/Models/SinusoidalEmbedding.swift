import Foundation

/// The sinusoidal embedding of time steps ("Denoising Diffusion Probabilistic Models", after
/// "Attention Is All You Need"): [sin t·fᵢ, cos t·fᵢ], fᵢ = 10000^(−i / (half − shift)).
package enum SinusoidalEmbedding {
  /// Rows of `width` numbers, one for each time step.
  ///
  /// Computed in single precision step by step as diffusers does, since that is what networks were
  /// trained with: at t = 999 the angles' rounding alone is 3·10⁻⁵.
  package static func rows(
    _ timesteps: [Float], width: Int, flipsSineToCosine: Bool, frequencyShift: Int
  ) -> [Float] {
    let half = width / 2
    let divisor = Float(half) - Float(frequencyShift)
    let rate = Float(-log(10000.0))
    let frequencies = (0..<half).map { i in Float(exp(Double(rate * Float(i) / divisor))) }
    var result: [Float] = []
    result.reserveCapacity(timesteps.count * width)
    for t in timesteps {
      let angles = frequencies.map { Double(t * $0) }
      let sines = angles.map { Float(sin($0)) }
      let cosines = angles.map { Float(cos($0)) }
      result += flipsSineToCosine ? cosines + sines : sines + cosines
      if width % 2 == 1 { result.append(0) }
    }
    return result
  }

  /// Rows [sin 2πwᵢ·ln t, cos 2πwᵢ·ln t] for noise levels t > 0 and random frequencies w.
  static func fourierRows(_ levels: [Float], frequencies: [Float]) -> [Float] {
    levels.flatMap { level in
      let logarithm = Float(log(Double(level)))
      let angles = frequencies.map { Double(logarithm * $0 * 2 * Float.pi) }
      return angles.map { Float(sin($0)) } + angles.map { Float(cos($0)) }
    }
  }
}
