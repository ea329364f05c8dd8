import Checkpoints
import Foundation
import Models
import Support

/// `scheduler_config.json` of diffusers, read and written. Keys without a meaning here are ignored.
extension NoiseSchedule {
  /// Our own key: the network was trained on time steps below this number only.
  static let trainedTimestepsKey = "elixir_max_timestep"

  /// Our own keys, absent where diffusers' fields say all.
  private static let timestepScaleKey = "elixir_timestep_scale"
  private static let clippedNoiseKey = "elixir_noise_from_clipped"

  private enum ClassName: String, CaseIterable {
    case ddpm = "DDPMScheduler"
    case ddim = "DDIMScheduler"
    case multistep = "DPMSolverMultistepScheduler"
  }

  private enum BetaKind: String, CaseIterable {
    case linear
    case scaledLinear = "scaled_linear"
    case squaredCosine = "squaredcos_cap_v2"
    case sigmoid
  }

  /// Reads the configuration of a denoiser's folder.
  ///
  /// - Throws: `CheckpointError` that names the field, its value and what is supported.
  public init(folder: URL) throws {
    let files = try DenoiserFiles(folder)
    guard files.layout == .diffusers else {
      try self.init(openAI: files)
      return
    }
    guard let file = files.scheduler else {
      throw FileError.damaged(
        path: folder.path, reason: "no scheduler_config.json",
        advice: "add the scheduler configuration, which a denoiser needs")
    }
    try self.init(ConfigurationReader(file))
  }

  /// Reads the fields of a DDPM, DDIM or DPM-Solver scheduler, with the defaults of diffusers.
  public init(_ configuration: ConfigurationReader) throws {
    let className: ClassName = try configuration.choice("_class_name", default: .ddpm)
    for field in ["thresholding", "rescale_betas_zero_snr"]
    where try configuration.bool(field, default: false) {
      throw configuration.failure(field, supported: "false")
    }
    let clips = try configuration.bool("clip_sample", default: className != .multistep)
    let clip = try configuration.number("clip_sample_range", default: 1, in: 1e-3...1e6)
    let betas = try Self.betas(configuration)
    let count = try configuration.integer("num_train_timesteps", default: 1000, in: 1...100_000)
    guard betas.betas(count: count).allSatisfy({ $0 > 0 && $0 < 1 }) else {
      throw configuration.failure("beta_end", supported: "values that keep every beta in (0, 1)")
    }
    self.init(
      betas, count: count,
      prediction: try configuration.choice("prediction_type", default: .epsilon),
      variance: try Self.variance(configuration), clip: clips ? clip : nil,
      trainedTimesteps: try configuration.optionalInteger(Self.trainedTimestepsKey, default: nil))
    timestepScale = try configuration.number(Self.timestepScaleKey, default: 1, in: 1e-6...1e6)
    takesNoiseFromClipped = try configuration.bool(Self.clippedNoiseKey, default: false)
  }

  private static func betas(_ configuration: ConfigurationReader) throws -> BetaSchedule {
    switch configuration.object["trained_betas"] {
    case nil, .null?: break
    case .array(let items)?:
      let values: [Double] = try items.map { item in
        switch item {
        case .number(let value) where value > 0 && value < 1: return value
        default: throw configuration.failure("trained_betas", supported: "numbers in (0, 1)")
        }
      }
      guard !values.isEmpty else { fallthrough }
      return .table(values)
    default: throw configuration.failure("trained_betas", supported: "null, a list of numbers")
    }
    let start = try configuration.number("beta_start", default: 1e-4, in: 0...1)
    let end = try configuration.number("beta_end", default: 0.02, in: 0...1)
    let kind: BetaKind = try configuration.choice("beta_schedule", default: .linear)
    return switch kind {
    case .linear: .linear(start: start, end: end)
    case .scaledLinear: .scaledLinear(start: start, end: end)
    case .squaredCosine: .squaredCosine
    case .sigmoid: .sigmoid(start: start, end: end)
    }
  }

  /// Absent and null (DPM-Solver's default) are fixed_small.
  private static func variance(_ configuration: ConfigurationReader) throws -> Variance {
    switch configuration.object["variance_type"] {
    case nil, .null?: .fixedSmall
    default: try configuration.choice("variance_type", default: .fixedSmall)
    }
  }

  /// The configuration as diffusers' `DDPMScheduler` reads it.
  public func configuration() -> JSONObject {
    var object = JSONObject([
      ("_class_name", .string(ClassName.ddpm.rawValue)),
      ("_diffusers_version", .string("0.30.0")),
      ("num_train_timesteps", .integer(alphaBars.count)),
      ("trained_betas", .null),
      ("prediction_type", .string(prediction.rawValue)),
      ("variance_type", .string(variance.rawValue)),
      ("clip_sample", .bool(clip != nil)),
      ("clip_sample_range", .number(clip ?? 1)),
      ("thresholding", .bool(false)),
      ("timestep_spacing", .string("leading")),
      ("steps_offset", .integer(0)),
      ("rescale_betas_zero_snr", .bool(false)),
    ])
    func set(_ kind: BetaKind, _ start: Double = 1e-4, _ end: Double = 0.02) {
      object["beta_schedule"] = .string(kind.rawValue)
      object["beta_start"] = .number(start)
      object["beta_end"] = .number(end)
    }
    switch betas {
    case .linear(let start, let end): set(.linear, start, end)
    case .scaledLinear(let start, let end): set(.scaledLinear, start, end)
    case .squaredCosine: set(.squaredCosine)
    case .sigmoid(let start, let end): set(.sigmoid, start, end)
    case .table(let values):
      set(.linear)
      object["trained_betas"] = .array(values.map { .number($0) })
    }
    if timestepScale != 1 { object[Self.timestepScaleKey] = .number(timestepScale) }
    if takesNoiseFromClipped { object[Self.clippedNoiseKey] = .bool(true) }
    if let trainedTimesteps { object[Self.trainedTimestepsKey] = .integer(trainedTimesteps) }
    return object
  }
}
