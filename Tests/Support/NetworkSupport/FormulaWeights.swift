import Autograd
import ComputeBackend
import NeuralNet

/// Weights by a formula that Python evaluates to the same numbers.
///
///     def v(count, salt):
///         i = torch.arange(count, dtype=torch.int64)
///         return ((i * 7919 + salt * 104729) % 1009).double() / 1009 - 0.5
///     for name, t in model.state_dict().items():
///         u = v(t.numel(), len(name)).reshape(t.shape)
///         weights = 1 + 0.4 * u if "norm" in name and name.endswith(".weight") else 0.6 * u
package struct FormulaWeights: WeightSource {
  private let backend: any ComputeBackend

  package init(backend: any ComputeBackend) { self.backend = backend }

  package static func values(_ count: Int, salt: Int) -> [Double] {
    (0..<count).map { Double(($0 * 7919 + salt * 104_729) % 1009) / 1009 - 0.5 }
  }

  package func contains(_ path: String) -> Bool { true }

  package func tensor(_ path: String, shape: [Int]) throws -> Tensor {
    let isScale = path.contains("norm") && path.hasSuffix(".weight")
    let values = Self.values(shape.reduce(1, *), salt: path.utf8.count).map {
      Float(isScale ? 1 + 0.4 * $0 : 0.6 * $0)
    }
    return Tensor(values, shape: shape, on: backend)
  }
}

/// Zeros everywhere, for tests of shapes alone.
package struct ZeroWeights: WeightSource {
  private let backend: any ComputeBackend

  package init(backend: any ComputeBackend) { self.backend = backend }

  package func contains(_ path: String) -> Bool { true }

  package func tensor(_ path: String, shape: [Int]) throws -> Tensor { .zeros(shape, on: backend) }
}
