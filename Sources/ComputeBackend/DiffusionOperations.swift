/// One reverse step of any first- or second-order sampler, as coefficients.
///
///     x̂₀ = clip(sampleToPrediction·x + outputToPrediction·m)
///     x′ = predictionWeight·x̂₀ + sampleWeight·x + outputWeight·m
///          + previousPredictionWeight·x̂₀(previous step) + σ·z
///
/// x is the sample, m the network's output, z standard normal noise drawn inside the kernel.
public struct DiffusionStep: Hashable, Sendable {
  public var sampleToPrediction: Float
  public var outputToPrediction: Float
  /// x̂₀ is limited to ±clip; `.infinity` for none.
  public var clip: Float
  public var predictionWeight: Float
  public var sampleWeight: Float
  public var outputWeight: Float
  public var previousPredictionWeight: Float
  /// Standard deviation of the noise; 0 draws none; ignored if `learnedVariance` is set.
  public var noiseScale: Float
  /// Learned range: log σ² = f·upper + (1 − f)·lower with f = (v + 1)/2, where v is the second half
  /// of m's channels.
  public var learnedVariance: LogVarianceRange?

  public struct LogVarianceRange: Hashable, Sendable {
    public var lower: Float
    public var upper: Float
    public init(lower: Float, upper: Float) {
      self.lower = lower
      self.upper = upper
    }
  }

  public init(
    sampleToPrediction: Float, outputToPrediction: Float, clip: Float = .infinity,
    predictionWeight: Float, sampleWeight: Float, outputWeight: Float = 0,
    previousPredictionWeight: Float = 0, noiseScale: Float = 0,
    learnedVariance: LogVarianceRange? = nil
  ) {
    self.sampleToPrediction = sampleToPrediction
    self.outputToPrediction = outputToPrediction
    self.clip = clip
    self.predictionWeight = predictionWeight
    self.sampleWeight = sampleWeight
    self.outputWeight = outputWeight
    self.previousPredictionWeight = previousPredictionWeight
    self.noiseScale = noiseScale
    self.learnedVariance = learnedVariance
  }
}

/// The fused diffusion step.
public protocol DiffusionOperations {
  /// `sample`, `into`, `prediction`: `[rows, pixels, channels]`; `into` may be `sample`.
  /// `output`: `[rows, pixels, channels]`, or twice the channels with learned variance.
  /// `previousPrediction` is read where its weight is not 0 and may be `prediction`, which receives
  /// x̂₀. `noise` names z by `key` and `streams` (Int32 `[rows]`), the numbers of `randomNormal`
  /// over `pixels·channels` columns.
  func diffusionStep(
    _ step: DiffusionStep, sample: BufferSlice, output: BufferSlice,
    previousPrediction: BufferSlice?, noise: (key: NoiseKey, streams: BufferSlice)?,
    rows: Int, pixels: Int, channels: Int, into: BufferSlice, prediction: BufferSlice?)
}
