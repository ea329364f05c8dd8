import ComputeBackend

/// A reverse process as a list of steps: time steps for the network, coefficients for the device.
public struct SamplerPlan: Sendable {
  /// One call of the network and the step that uses it.
  public struct Step: Hashable, Sendable {
    /// Of the checkpoint's schedule.
    public let timestep: Int
    /// What the network is told.
    public let networkTimestep: Float
    /// ᾱ of the sample before and after.
    public let alphaBar: Double
    public let nextAlphaBar: Double
    public let coefficients: DiffusionStep
  }

  public let sampler: Sampler
  public let steps: [Step]
  /// ᾱ to which images are corrupted: that of the first step, unless set to repeat another program.
  public var startAlphaBar: Double
  /// How many of the last states are no noisier than the paper's candidates; the clean one counts.
  public let quietStates: Int

  /// The coarse or full schedule of purification from a level that may lie anywhere.
  ///
  /// Levels are counted in noise steps of the reference schedule; a checkpoint with another
  /// schedule is run at the time steps whose ᾱ is closest, each at most once.
  /// - Parameters:
  ///   - noiseSteps: T; the image is corrupted to exactly the level of the first step.
  ///   - steps: K, see `NoiseGrid`.
  /// - Throws: `DiffusionError` if the network was not trained for that much noise.
  public init(
    schedule: NoiseSchedule, sampler: Sampler, noiseSteps: Int, steps: Int? = nil
  ) throws {
    try Self.check(noiseSteps: noiseSteps)
    if let steps, steps < 1 { throw DiffusionError.samplerSteps(steps) }
    var timesteps: [Int] = []
    for level in NoiseGrid(noiseSteps: noiseSteps, steps: steps).levels {
      let target = NoiseSchedule.reference.alphaBar(level: level)
      let timestep = schedule.timestep(closestTo: target)
      if timestep != timesteps.last { timesteps.append(timestep) }
    }
    try self.init(schedule: schedule, sampler: sampler, timesteps: timesteps)
  }

  /// The time steps that `respacing` leaves of the checkpoint's schedule (see `TimestepRespacing`),
  /// from the greatest that is no noisier than `noiseSteps` of the reference schedule.
  ///
  /// - Throws: `DiffusionError`.
  public init(
    schedule: NoiseSchedule, sampler: Sampler, noiseSteps: Int, respacing: String
  ) throws {
    try Self.check(noiseSteps: noiseSteps)
    let start = schedule.timestep(
      closestTo: NoiseSchedule.reference.alphaBar(level: noiseSteps))
    let timesteps = try TimestepRespacing.timesteps(respacing, count: schedule.alphaBars.count)
      .filter { $0 <= start }
    guard !timesteps.isEmpty else {
      throw DiffusionError.respacing(
        respacing,
        reason: "it leaves no time step up to \(start), that of \(noiseSteps) noise steps")
    }
    try self.init(schedule: schedule, sampler: sampler, timesteps: timesteps.reversed())
  }

  private static func check(noiseSteps: Int) throws {
    let limit = NoiseSchedule.reference.alphaBars.count
    guard noiseSteps >= 1, noiseSteps <= limit else {
      throw DiffusionError.noiseSteps(noiseSteps, limit: limit)
    }
  }

  /// Runs the network at exactly these falling time steps; the last step ends in the clean image.
  public init(schedule: NoiseSchedule, sampler: Sampler, timesteps: [Int]) throws {
    precondition(
      !timesteps.isEmpty && zip(timesteps, timesteps.dropFirst()).allSatisfy { $0 > $1 },
      "SamplerPlan: time steps \(timesteps) do not fall")
    if let limit = schedule.trainedTimesteps, timesteps[0] >= limit {
      throw DiffusionError.untrainedTimestep(timesteps[0], limit: limit)
    }
    let levels = timesteps.map { schedule.alphaBars[$0] } + [1]
    var steps: [Step] = []
    for (i, timestep) in timesteps.enumerated() {
      let reverse = ReverseStep(
        schedule: schedule, alphaBar: levels[i], nextAlphaBar: levels[i + 1])
      let coefficients =
        switch sampler {
        case .ddpm: reverse.ancestral()
        case .ddim(let eta): reverse.implicit(eta: eta)
        case .dpmSolver: reverse.multistep(previousAlphaBar: i == 0 ? nil : levels[i - 1])
        }
      steps.append(
        Step(
          timestep: timestep, networkTimestep: schedule.networkTimestep(timestep),
          alphaBar: levels[i], nextAlphaBar: levels[i + 1],
          coefficients: coefficients))
    }
    self.sampler = sampler
    self.steps = steps
    startAlphaBar = levels[0]
    // Levels are matched to the nearest time step, so compare with half a reference step to spare.
    let reference = NoiseSchedule.reference
    let quietest = reference.alphaBar(level: NoiseGrid.candidateLevel)
    let margin = (quietest - reference.alphaBar(level: NoiseGrid.candidateLevel + 1)) / 2
    quietStates = steps.count { $0.nextAlphaBar > quietest - margin }
  }

  /// Candidates of a round: the states after this many last steps, `keepLast` at most, and none
  /// noisier than the noisiest of the paper's candidates (the clean result always counts).
  public func candidateCount(keepLast: Int) -> Int { max(1, min(keepLast, quietStates)) }

  /// Whether steps look back at the prediction before.
  var usesPreviousPrediction: Bool {
    steps.contains { $0.coefficients.previousPredictionWeight != 0 }
  }
}
