import Autograd

/// Where layers get their weights: a file, or random numbers.
public protocol WeightSource {
  /// The tensor at a dotted path, in PyTorch's layout, which must have `shape`.
  ///
  /// Throws when it is missing or has another shape, naming the path and both shapes.
  func tensor(_ path: String, shape: [Int]) throws -> Tensor
  /// As above; a source that makes weights up does it by `initializer`, others ignore it.
  func tensor(_ path: String, shape: [Int], initializer: Initializer) throws -> Tensor
  /// The integer at a dotted path, or `nil` if there is none.
  func integer(_ path: String) throws -> Int?
  func contains(_ path: String) -> Bool
}

extension WeightSource {
  public func tensor(_ path: String, shape: [Int], initializer: Initializer) throws -> Tensor {
    try tensor(path, shape: shape)
  }

  public func integer(_ path: String) throws -> Int? { nil }
}
