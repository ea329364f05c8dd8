import Autograd
import ComputeBackend
import NeuralNet

/// h(v) = w·σ(V·v + b) + c: the function whose mean differs most between two sets of features,
/// among those of slope 1 (Mendata, §4.2).
public final class WassersteinCritic: Module {
  /// V `[H, d]` and b `[H]`.
  public let hidden: Linear
  /// w `[1, H]` and c `[1]`.
  public let output: Linear
  public let activation: CriticActivation
  /// The features of a sample, d.
  public let features: Int
  /// Hidden units, H.
  public let units: Int

  /// Fetches `hidden.weight`, `hidden.bias`, `output.weight` and `output.bias`; with
  /// `RandomWeights(seed:on:)` they are the same on every backend.
  ///
  /// - Parameter units: as many as features by default.
  public init(
    features: Int, units: Int? = nil, activation: CriticActivation = .relu,
    from source: any WeightSource
  ) throws {
    let units = units ?? features
    precondition(
      features > 0 && units > 0, "WassersteinCritic: \(features) features, \(units) units")
    self.features = features
    self.units = units
    self.activation = activation
    hidden = try Linear("hidden", inputs: features, outputs: units, from: source)
    output = try Linear("output", inputs: units, outputs: 1, from: source)
  }

  /// Takes the weights of a critic of the same size, perhaps on another device.
  public func copyWeights(of other: WassersteinCritic) throws {
    for (own, weights) in zip(parameters.parameters, other.parameters.parameters) {
      own.assign(
        Tensor(try weights.exported(), shape: weights.exportedShape, on: backend))
    }
  }

  /// h of each row: `[N, d]` to `[N]`, differentiable by `v`.
  public func callAsFunction(_ v: Tensor) -> Tensor {
    precondition(
      v.shape.count == 2 && v.shape[1] == features,
      "WassersteinCritic: shape \(v.shape), not [N, \(features)]")
    let units =
      activation == .relu ? hidden(v, activation: .relu) : hidden(v).applying(activation.unary)
    return output(units).reshaped([v.shape[0]])
  }

  /// Something of each of V, b and w.
  func slopeWeights(_ slice: (Parameter) -> BufferSlice) -> CriticWeights {
    guard let bias = hidden.bias else { preconditionFailure("WassersteinCritic: no bias") }
    return CriticWeights(
      hidden: slice(hidden.weight), bias: slice(bias), output: slice(output.weight))
  }

  public func collectParameters(into list: inout ParameterList) {
    hidden.collectParameters(into: &list)
    output.collectParameters(into: &list)
  }
}

extension WassersteinCritic {
  /// Rows that are evaluated at a time: what bounds the memory for any number of rows.
  private static let chunk = 4096

  private func chunks(_ rows: Int) -> [Range<Int>] {
    stride(from: 0, to: rows, by: Self.chunk).map { $0..<min($0 + Self.chunk, rows) }
  }

  /// h of many rows `[N, d]`; waits for the device.
  public func values(_ features: Tensor) throws -> [Float] {
    try withoutGradient {
      try chunks(features.shape[0]).flatMap { try self(features.rows($0)).values() }
    }
  }

  /// mean h(purified) − mean h(reference) over whole sets `[n, d]` and `[r, d]`, as `[1]`.
  ///
  /// For a critic at its optimum this is the sets' Wasserstein-1 distance.
  public func distance(purified: Tensor, reference: Tensor) -> Tensor {
    withoutGradient { mean(purified) - mean(reference) }
  }

  private func mean(_ features: Tensor) -> Tensor {
    let rows = features.shape[0]
    let parts = chunks(rows).map { range in
      self(features.rows(range)).reduced(
        .sum, shape: BlockShape(inner: range.count), keeping: [], scale: 1 / Float(rows),
        resultShape: [1])
    }
    return affineSum(parts.map { (1, $0) })
  }
}
