import Autograd
import ComputeBackend

/// A distribution of initial weights.
///
/// Fan-in is the product of PyTorch's shape but its first axis, fan-out that but its second.
public enum Initializer: Sendable, Hashable {
  case constant(Float)
  /// Uniform in ±bound.
  case uniform(bound: Float)
  case normal(standardDeviation: Float)
  /// PyTorch's default for `Linear` and `Conv2d`, Kaiming uniform with a = √5: ±1/√fan-in.
  case kaimingUniform
  /// Normal with variance 2/fan-out, as residual networks use for convolutions.
  case kaimingNormalFanOut

  /// PyTorch's default for a bias: ±1/√fan-in of the weight with that (PyTorch) shape.
  public static func bias(ofWeight shape: [Int]) -> Initializer {
    .uniform(bound: 1 / Float(fanIn(shape)).squareRoot())
  }

  static func fanIn(_ shape: [Int]) -> Int { shape.dropFirst().elementCount }
  static func fanOut(_ shape: [Int]) -> Int { shape[0] * shape.dropFirst(2).elementCount }
}

/// Weights drawn from Philox by the parameter's *name*: the same on every backend, and unchanged
/// by other layers of the model.
public struct RandomWeights: WeightSource {
  public let seed: UInt64
  public let backend: any ComputeBackend

  public init(seed: UInt64, on backend: any ComputeBackend) {
    self.seed = seed
    self.backend = backend
  }

  /// Draws with PyTorch's default distribution.
  public func tensor(_ path: String, shape: [Int]) throws -> Tensor {
    try tensor(path, shape: shape, initializer: .kaimingUniform)
  }

  public func tensor(_ path: String, shape: [Int], initializer: Initializer) throws -> Tensor {
    let count = shape.elementCount
    switch initializer {
    case .constant(let value): return .full(value, shape, on: backend)
    case .uniform(let bound):
      let values = draw(path, count: count, normal: false).map { (2 * $0 - 1) * bound }
      return Tensor(values, shape: shape, on: backend)
    case .normal(let deviation):
      let values = draw(path, count: count, normal: true).map { $0 * deviation }
      return Tensor(values, shape: shape, on: backend)
    case .kaimingUniform:
      return try tensor(path, shape: shape, initializer: .bias(ofWeight: shape))
    case .kaimingNormalFanOut:
      let deviation = (2 / Float(Initializer.fanOut(shape))).squareRoot()
      return try tensor(path, shape: shape, initializer: .normal(standardDeviation: deviation))
    }
  }

  public func contains(_ path: String) -> Bool { true }

  private func draw(_ path: String, count: Int, normal: Bool) -> [Float] {
    // FNV-1a, 64 bits: names a stream (low half) and a step (high half).
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    let key = NoiseKey(
      seed: seed, step: UInt32(truncatingIfNeeded: hash >> 32), purpose: .initialWeights)
    return Philox.row(
      key, stream: Int32(truncatingIfNeeded: hash), count: count, normal: normal)
  }
}

extension ArraySlice<Int> {
  fileprivate var elementCount: Int { reduce(1, *) }
}
