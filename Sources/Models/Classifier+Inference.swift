import Autograd
import ComputeBackend
import NeuralNet

extension Classifier {
  /// A copy for evaluation only: its weights are constants, so normalisations fold into
  /// convolutions and nothing is recorded for them.
  ///
  /// Later training of this classifier does not change the copy.
  ///
  /// - Parameter other: the device of the copy; nil for this one's.
  public func inferenceCopy(on other: (any ComputeBackend)? = nil) throws -> any Classifier {
    try ClassifierFile.make(configuration, from: ModuleWeights(self, on: other ?? backend))
  }
}

/// Copies of a module's present weights on a device.
private struct ModuleWeights: WeightSource {
  private let parameters: [String: Parameter]
  private let counters: [String: Counter]
  private let backend: any ComputeBackend

  init(_ module: any Module, on backend: any ComputeBackend) {
    self.backend = backend
    let list = module.parameters
    parameters = Dictionary(uniqueKeysWithValues: list.parameters.map { ($0.name, $0) })
    counters = Dictionary(uniqueKeysWithValues: list.counters.map { ($0.name, $0) })
  }

  func contains(_ path: String) -> Bool { parameters[path] != nil }

  func tensor(_ path: String, shape: [Int]) throws -> Tensor {
    guard let parameter = parameters[path], parameter.exportedShape == shape else {
      preconditionFailure("inferenceCopy: \(path) \(shape) is not a parameter")
    }
    return Tensor(try parameter.exported(), shape: shape, on: backend)
  }

  func integer(_ path: String) throws -> Int? { counters[path]?.value }
}
