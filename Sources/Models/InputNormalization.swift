import Autograd
import ComputeBackend

/// What a classifier expects of its input: (x − mean) / standard deviation for each channel of
/// images in [0, 1].
public struct InputNormalization: Sendable, Equatable {
  public var mean: [Float]
  public var standardDeviation: [Float]

  public init(mean: [Float], standardDeviation: [Float]) {
    precondition(
      mean.count == standardDeviation.count && !mean.isEmpty,
      "InputNormalization: \(mean.count) means, \(standardDeviation.count) deviations")
    self.mean = mean
    self.standardDeviation = standardDeviation
  }

  /// Constants of ImageNet, used with torchvision's models and CIFAR's ResNet-20.
  public static let imageNet = InputNormalization(
    mean: [0.485, 0.456, 0.406], standardDeviation: [0.229, 0.224, 0.225])
  /// CIFAR-10's, as BackdoorBench has them.
  public static let cifar10 = InputNormalization(
    mean: [0.4914, 0.4822, 0.4465], standardDeviation: [0.247, 0.243, 0.261])

  /// [0, 1] to [−1, 1], for any number of channels.
  public static func centered(channels: Int) -> InputNormalization {
    InputNormalization(
      mean: [Float](repeating: 0.5, count: channels),
      standardDeviation: [Float](repeating: 0.5, count: channels))
  }

  /// Normalises images `[N, H, W, C]` whose values lie in `range`, by default [0, 1].
  public func normalize(_ images: Tensor, range: ClosedRange<Float> = 0...1) -> Tensor {
    precondition(
      images.shape.last == mean.count,
      "InputNormalization: images \(images.shape) for \(mean.count) channels")
    let unit = 1 / (range.upperBound - range.lowerBound)
    let scale = standardDeviation.map { unit / $0 }
    let shift = zip(mean, standardDeviation).map { (-range.lowerBound * unit - $0) / $1 }
    return modulate(
      images, scale: Tensor(scale, shape: [mean.count], on: images.backend),
      shift: Tensor(shift, shape: [mean.count], on: images.backend), perSample: false)
  }
}
