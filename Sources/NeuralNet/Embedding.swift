import Autograd
import ComputeBackend

/// A table of vectors looked up by number: indices `[N]` to `[N, D]`.
public final class Embedding: Module {
  /// `[count, D]`.
  public let weight: Parameter

  /// Fetches `path.weight`.
  public init(
    _ path: String, count: Int, dimension: Int, from source: any WeightSource
  ) throws {
    weight = try Parameter(
      "\(path).weight", shape: [count, dimension], from: source,
      initializer: .normal(standardDeviation: 1))
  }

  public func callAsFunction(_ indices: IndexTensor) -> Tensor {
    weight.value.gatheredRows(indices)
  }

  public func collectParameters(into list: inout ParameterList) { list.append(weight) }
}
