import Autograd
import Checkpoints
import ComputeBackend
import Foundation

/// How far a network's output is from the one another program exported.
public struct Deviation: Sendable, Equatable, Codable {
  /// Greatest absolute error.
  public var maximum: Double
  /// Mean absolute error.
  public var mean: Double
  /// Standard deviation of the values expected.
  public var standardDeviation: Double

  /// The greatest error in standard deviations: what `--tolerance` limits.
  public var relative: Double {
    standardDeviation > 0 ? maximum / standardDeviation : maximum == 0 ? 0 : .infinity
  }

  /// Compares element by element; a NaN counts as infinitely wrong.
  public init(of values: [Float], from expected: [Float]) {
    precondition(
      values.count == expected.count && !values.isEmpty,
      "Deviation: \(values.count) values, \(expected.count) expected")
    let count = Double(expected.count)
    let average = expected.reduce(0) { $0 + Double($1) } / count
    let squares = expected.reduce(0) { $0 + (Double($1) - average) * (Double($1) - average) }
    let errors = zip(values, expected).map { value, expected in
      let error = abs(Double(value) - Double(expected))
      return error.isNaN ? .infinity : error
    }
    maximum = errors.reduce(0, max)
    mean = errors.reduce(0, +) / count
    standardDeviation = (squares / count).squareRoot()
  }
}

/// Compares networks with outputs exported from PyTorch (images `[N, C, H, W]`).
public enum Verification {
  /// Deviation of `expected` for the fixture's `x` and `timesteps`, and `class_labels` or `y` for
  /// a network that knows classes.
  ///
  /// - Throws: `CheckpointError` if the fixture lacks a tensor or does not fit the model.
  public static func denoiser(
    _ model: UNet2DModel, fixture url: URL, on backend: any ComputeBackend
  ) throws -> Deviation {
    let file = try SafetensorsFile(url)
    let x = try Tensor("x", of: file, on: backend)
    let timesteps = try file.finiteFloats("timesteps")
    let divisor = model.configuration.sizeDivisor
    guard x.shape.count == 4, x.shape[3] == model.configuration.inputChannels,
      x.shape[1] % divisor == 0, x.shape[2] % divisor == 0
    else {
      throw CheckpointError.shapeMismatch(
        path: url.path, tensor: "x",
        expected: [0, model.configuration.inputChannels, divisor, divisor],
        found: file.shape("x") ?? [])
    }
    guard timesteps.count == 1 || timesteps.count == x.shape[0] else {
      throw CheckpointError.shapeMismatch(
        path: url.path, tensor: "timesteps", expected: [x.shape[0]], found: [timesteps.count])
    }
    let condition = try condition(for: model, file, on: backend)
    let output = withoutGradient { model(x, timesteps: timesteps, condition: condition) }
    return try deviation(output, "expected", file)
  }

  private static func condition(
    for model: UNet2DModel, _ file: SafetensorsFile, on backend: any ComputeBackend
  ) throws -> ClassCondition? {
    guard let embedding = model.configuration.classEmbedding,
      let name = ["class_labels", "y"].first(where: { file.contains($0) })
    else { return nil }
    if embedding == .identity {
      return .vectors(try Tensor(name, of: file, on: backend))
    }
    return .labels(try file.finiteFloats(name))
  }

  /// Deviations of `expected` or `logits` and, if the fixture has them, `features`.
  public static func classifier(
    _ model: any Classifier, fixture url: URL, on backend: any ComputeBackend
  ) throws -> (logits: Deviation, features: Deviation?) {
    let file = try SafetensorsFile(url)
    let x = try Tensor("x", of: file, on: backend)
    guard x.shape.count == 4, x.shape[3] == model.configuration.inputChannels else {
      let size = model.configuration.imageSize
      throw CheckpointError.shapeMismatch(
        path: url.path, tensor: "x",
        expected: [x.shape[0], model.configuration.inputChannels, size, size],
        found: file.shape("x") ?? [])
    }
    let (features, logits) = withoutGradient { model.featuresAndLogits(x) }
    return (
      try deviation(logits, file.contains("logits") ? "logits" : "expected", file),
      file.contains("features") ? try deviation(features, "features", file) : nil
    )
  }

  private static func deviation(
    _ output: Tensor, _ name: String, _ file: SafetensorsFile
  ) throws -> Deviation {
    let expected = try file.finiteFloats(name)
    let shape = output.shape
    let stored = shape.count == 4 ? [shape[0], shape[3], shape[1], shape[2]] : shape
    guard file.shape(name) == stored, !expected.isEmpty else {
      throw CheckpointError.shapeMismatch(
        path: file.url.path, tensor: name, expected: stored, found: file.shape(name) ?? [])
    }
    return Deviation(of: try output.channelsFirstValues(), from: expected)
  }
}
