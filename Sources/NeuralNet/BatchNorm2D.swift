import Autograd
import ComputeBackend

/// Batch normalisation of images `[N, H, W, C]`, or of any `[…, C]`.
///
/// In training it normalises by the batch and updates the running statistics, in evaluation it is
/// one multiplication and addition by the running ones.
public final class BatchNorm2D: Module {
  public let weight: Parameter
  public let bias: Parameter
  public let runningMean: Parameter
  /// Unbiased, as in PyTorch.
  public let runningVariance: Parameter
  public let batchesTracked: Counter
  public let epsilon: Float
  /// Share of a new batch in the running statistics.
  public let momentum: Float
  public var isTraining = false
  /// Is shown each input, for who wants to know what the layer sees.
  public var onInput: ((Tensor) -> Void)?
  private var cached: (versions: [Version], scale: Tensor, shift: Tensor)?

  /// Fetches `path.weight`, `.bias`, `.running_mean`, `.running_var`, `.num_batches_tracked`.
  public init(
    _ path: String, channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1,
    from source: any WeightSource
  ) throws {
    func fetch(_ name: String, _ value: Float, isBuffer: Bool) throws -> Parameter {
      try Parameter(
        "\(path).\(name)", shape: [channels], from: source, initializer: .constant(value),
        isBuffer: isBuffer)
    }
    weight = try fetch("weight", 1, isBuffer: false)
    bias = try fetch("bias", 0, isBuffer: false)
    runningMean = try fetch("running_mean", 0, isBuffer: true)
    runningVariance = try fetch("running_var", 1, isBuffer: true)
    let counter = "\(path).num_batches_tracked"
    batchesTracked = Counter(counter, value: try source.integer(counter) ?? 0)
    self.epsilon = epsilon
    self.momentum = momentum
  }

  public func callAsFunction(_ x: Tensor, activation: Activation = .identity) -> Tensor {
    onInput?(x)
    return isTraining ? train(x, activation) : evaluate(x, activation)
  }

  private func train(_ x: Tensor, _ activation: Activation) -> Tensor {
    let (output, mean, variance) = batchNorm(
      x, gamma: weight.value, beta: bias.value, epsilon: epsilon, activation: activation)
    let rows = Float(x.count / mean.count)
    precondition(rows > 1, "BatchNorm2D: training needs more than one value per channel")
    withoutGradient {
      runningMean.value = affineSum([(1 - momentum, runningMean.value), (momentum, mean)])
      runningVariance.value = affineSum([
        (1 - momentum, runningVariance.value), (momentum * rows / (rows - 1), variance),
      ])
    }
    batchesTracked.value += 1
    return output
  }

  private func evaluate(_ x: Tensor, _ activation: Activation) -> Tensor {
    let isRecorded = weight.value.isRecorded || bias.value.isRecorded
    let affine = isRecorded ? affineOfStatistics() : cachedAffine()
    return modulate(x, scale: affine.scale, shift: affine.shift, activation: activation)
  }

  /// scale = gamma / √(variance + ε), shift = beta − mean·scale.
  private func affineOfStatistics() -> (scale: Tensor, shift: Tensor) {
    let scale = weight.value * (runningVariance.value + epsilon).reciprocalSquareRoot()
    return (scale, bias.value - runningMean.value * scale)
  }

  /// The same, kept until one of the four arrays is written.
  private func cachedAffine() -> (scale: Tensor, shift: Tensor) {
    let versions = [weight, bias, runningMean, runningVariance].map {
      $0.value.slice.buffer.derived(Version.key) { Version() }
    }
    if let cached, zip(cached.versions, versions).allSatisfy({ $0 === $1 }) {
      return (cached.scale, cached.shift)
    }
    let (scale, shift) = affineOfStatistics()
    cached = (versions, scale, shift)
    return (scale, shift)
  }

  public func collectParameters(into list: inout ParameterList) {
    for parameter in [weight, bias, runningMean, runningVariance] { list.append(parameter) }
    list.append(batchesTracked)
    list.append(self)
  }
}

/// Data derived from a buffer's contents, so a new one appears when the buffer is written.
private final class Version {
  static let key = "BatchNorm2D.Version"
}
