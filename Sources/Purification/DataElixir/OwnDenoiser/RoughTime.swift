import Sifting
import Training

/// A guess at how long a run takes that makes its own denoiser, from how long the networks' passes
/// over one image take.
///
/// A training step counts as three passes (backward costs about two forward ones), a meta-step of a
/// sifter as ten.
package struct RoughTime {
  /// Seconds of a forward pass of the denoiser over one image.
  package var denoiserPass: Double
  /// The same of a classifier.
  package var classifierPass: Double

  package init(denoiserPass: Double, classifierPass: Double) {
    self.denoiserPass = denoiserPass
    self.classifierPass = classifierPass
  }

  /// - Parameter samples: of the dataset.
  package func seconds(_ options: DataElixir, samples: Int) -> Double {
    let own = options.ownDenoiser
    let sifter = SifterRecipe()
    let batch = sifter.batchSize(of: samples)
    let sifted = Double(own.sifters * max(samples, sifter.minimumSteps * batch)) * 13
    let recipe = options.victim.plan.recipe
    // The victim and the benign model.
    let models =
      2 * 3 * Double(max(recipe.epochs * samples, recipe.minimumSteps * recipe.batchSize))
    var training = 3 * 64 * Double(own.steps) * denoiserPass
    if let minutes = own.minutes { training = min(training, 60 * minutes) }
    let calls = Double(
      options.samplerSteps ?? options.fixedNoiseSteps ?? DataElixir.paperNoiseSteps)
    let candidates = Double(samples * options.roundCount) * calls * denoiserPass
    return (sifted + models) * classifierPass + training + candidates
  }
}
