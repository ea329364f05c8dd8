import Autograd
import ComputeBackend
import Devices
import Diffusion
import Testing

/// The best possible denoiser of images whose pixels are independent N(mean, deviation²).
///
/// E[ε | x_t] = √(1−ᾱ)·(x − √ᾱ·mean)/(ᾱ·deviation² + 1 − ᾱ), and x₀, v follow from it.
struct GaussianDenoiser: Denoiser {
  var schedule: NoiseSchedule
  var mean: Double
  var deviation: Double
  var imageChannels = 1
  var outputChannels: Int { schedule.variance == .learnedRange ? 2 * imageChannels : imageChannels }

  func predict(_ sample: Tensor, timestep: Float) -> Tensor {
    let alphaBar = schedule.alphaBars[Int(timestep)]
    let (signal, noise) = (alphaBar.squareRoot(), (1 - alphaBar).squareRoot())
    let slope = noise / (alphaBar * deviation * deviation + 1 - alphaBar)
    let epsilon = (scale: slope, offset: -slope * signal * mean)
    let clean = (
      scale: (1 - noise * epsilon.scale) / signal, offset: -noise * epsilon.offset / signal
    )
    let (scale, offset) =
      switch schedule.prediction {
      case .epsilon: epsilon
      case .sample: clean
      case .velocity:
        (
          scale: signal * epsilon.scale - noise * clean.scale,
          offset: signal * epsilon.offset - noise * clean.offset
        )
      }
    let prediction = sample * Float(scale) + Float(offset)
    guard outputChannels > imageChannels else { return prediction }
    // The lower end of the variance's range.
    return concatenate([prediction, .full(-1, sample.shape, on: sample.backend)], axis: -1)
  }
}

/// With a closed form for the network, every sampler must give back the distribution of the data.
@Suite struct GaussianChainTests {
  /// Sampler, steps, and the share of the deviation that so few steps may lose.
  static let samplers: [(Sampler, Int?, Double)] = [
    (.ddpm, nil, 0.01), (.ddim(eta: 1), nil, 0.01), (.ddim(eta: 1), 20, 0.06),
    (.ddim(eta: 0.5), 20, 0.03),
    (.ddim(eta: 0), 50, 0.02), (.dpmSolver, 10, 0.02), (.dpmSolver, 20, 0.01),
  ]

  @Test(arguments: samplers, NoiseSchedule.Prediction.allCases)
  func recoversTheDistribution(
    _ example: (sampler: Sampler, steps: Int?, tolerance: Double),
    _ prediction: NoiseSchedule.Prediction
  ) throws {
    let schedule = NoiseSchedule(
      .linear(start: 1e-4, end: 0.02), prediction: prediction, clip: nil)
    let (mean, deviation) = (0.2, 0.5)
    let plan = try SamplerPlan(
      schedule: schedule, sampler: example.sampler, noiseSteps: 150, steps: example.steps)
    let chain = try DiffusionChain(
      denoiser: GaussianDenoiser(schedule: schedule, mean: mean, deviation: deviation), plan: plan,
      seed: 3)
    let result = try moments(chain, mean: mean, deviation: deviation)
    // Sampling error of 40,000 numbers: 0.0025 of the mean, 0.0018 of the deviation.
    #expect(abs(result.mean - mean) < 0.01)
    #expect(abs(result.deviation / deviation - 1) < example.tolerance + 0.01)
  }

  @Test(arguments: NoiseSchedule.Variance.allCases)
  func ancestralVariances(_ variance: NoiseSchedule.Variance) throws {
    let schedule = NoiseSchedule(
      .linear(start: 1e-4, end: 0.02), variance: variance, clip: nil)
    let plan = try SamplerPlan(schedule: schedule, sampler: .ddpm, noiseSteps: 150)
    let chain = try DiffusionChain(
      denoiser: GaussianDenoiser(schedule: schedule, mean: -0.1, deviation: 0.3), plan: plan,
      seed: 4)
    let result = try moments(chain, mean: -0.1, deviation: 0.3)
    #expect(abs(result.mean + 0.1) < 0.01)
    #expect(abs(result.deviation / 0.3 - 1) < 0.04)
  }

  private func moments(
    _ chain: DiffusionChain, mean: Double, deviation: Double
  ) throws -> (mean: Double, deviation: Double) {
    let backend = try Devices.make("cpu")
    let (count, side) = (100, 20)
    let streams = NoiseStreams(
      IndexTensor((0..<Int32(count)).map { $0 }, shape: [count], on: backend))
    let pixels = (0..<Int32(count)).flatMap { sample in
      Philox.row(
        NoiseKey(seed: 9, step: 0, purpose: 9), stream: sample, count: side * side, normal: true
      ).map { Float(mean + deviation * Double($0)) }
    }
    let images = Tensor(pixels, shape: [count, side, side, 1], on: backend)
    let noisy = chain.corrupted(images, streams: streams)
    let values = try chain.denoise(noisy, streams: streams).values()
    let average = values.reduce(0) { $0 + Double($1) } / Double(values.count)
    let square = values.reduce(0) { $0 + (Double($1) - average) * (Double($1) - average) }
    return (average, (square / Double(values.count)).squareRoot())
  }
}
