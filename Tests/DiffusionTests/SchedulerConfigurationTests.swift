import Checkpoints
import Testing

import Diffusion

@Suite struct SchedulerConfigurationTests {
  private func schedule(_ members: [(String, JSONValue)]) throws -> NoiseSchedule {
    try NoiseSchedule(
      ConfigurationReader(path: "scheduler_config.json", object: JSONObject(members)))
  }

  @Test func publishedConfiguration() throws {
    // google/ddpm-cifar10-32.
    let schedule = try schedule([
      ("_class_name", .string("DDPMScheduler")), ("_diffusers_version", .string("0.1.1")),
      ("beta_end", .number(0.02)), ("beta_schedule", .string("linear")),
      ("beta_start", .number(0.0001)), ("clip_sample", .bool(true)),
      ("num_train_timesteps", .integer(1000)), ("trained_betas", .null),
      ("variance_type", .string("fixed_large")), ("a_key_of_tomorrow", .array([])),
    ])
    #expect(schedule.alphaBars == NoiseSchedule.reference.alphaBars)
    #expect(schedule.variance == .fixedLarge && schedule.clip == 1)
    #expect(schedule.prediction == .epsilon && schedule.trainedTimesteps == nil)
  }

  @Test func defaultsOfAbsentKeys() throws {
    #expect(try schedule([]) == .reference)
    let solver = try schedule([
      ("_class_name", .string("DPMSolverMultistepScheduler")), ("variance_type", .null),
    ])
    #expect(solver.clip == nil && solver.variance == .fixedSmall)
  }

  @Test func trainedBetas() throws {
    let schedule = try schedule([("trained_betas", .array([.number(0.5), .number(0.25)]))])
    #expect(schedule.alphaBars == [0.5, 0.375])
  }

  @Test(arguments: [
    ("variance_type", JSONValue.string("learned"), "fixed_small, fixed_small_log"),
    ("beta_schedule", .string("laplace"), "linear, scaled_linear, squaredcos_cap_v2"),
    ("prediction_type", .string("flow"), "epsilon, sample, v_prediction"),
    ("thresholding", .bool(true), "supported: false"),
    ("rescale_betas_zero_snr", .bool(true), "supported: false"),
    ("_class_name", .string("EulerDiscreteScheduler"), "DDPMScheduler"),
    ("beta_end", .number(1), "(0, 1)"),
    ("beta_start", .number(0), "(0, 1)"),
    ("trained_betas", .array([.number(2)]), "(0, 1)"),
    ("num_train_timesteps", .integer(0), "integers from 1"),
    ("clip_sample", .integer(1), "true, false"),
  ])
  func unsupportedValues(field: String, value: JSONValue, advice: String) {
    do {
      _ = try schedule([(field, value)])
      Issue.record("\(field) was accepted")
    } catch {
      let message = "\(error)"
      #expect(message.hasPrefix("scheduler_config.json: "))
      #expect(message.contains(advice))
      #expect(message.contains(field) || message.contains("beta"))
    }
  }

  @Test func writtenConfigurationReadsBack() throws {
    for betas in [
      BetaSchedule.linear(start: 1e-3, end: 0.1), .scaledLinear(start: 1e-4, end: 0.02),
      .squaredCosine, .sigmoid(start: 1e-4, end: 0.02), .table([0.1, 0.2]),
    ] {
      let original = NoiseSchedule(
        betas, count: 2, prediction: .velocity, variance: .learnedRange, clip: nil,
        trainedTimesteps: 2)
      let object = original.configuration()
      #expect(try NoiseSchedule(ConfigurationReader(path: "x", object: object)) == original)
    }
  }
}
