import Autograd
import NeuralNet

extension Classifier {
  /// A copy for evaluation only: its weights are constants, so normalisations fold into
  /// convolutions and nothing is recorded for them.
  ///
  /// Later training of this classifier does not change the copy.
  public func inferenceCopy() throws -> any Classifier {
    try ClassifierFile.make(configuration, from: ModuleWeights(self))
  }
}

/// Copies of a module's present weights.
private struct ModuleWeights: WeightSource {
  private let parameters: [String: Parameter]
  private let counters: [String: Counter]

  init(_ module: any Module) {
    let list = module.parameters
    parameters = Dictionary(uniqueKeysWithValues: list.parameters.map { ($0.name, $0) })
    counters = Dictionary(uniqueKeysWithValues: list.counters.map { ($0.name, $0) })
  }

  func contains(_ path: String) -> Bool { parameters[path] != nil }

  func tensor(_ path: String, shape: [Int]) throws -> Tensor {
    guard let parameter = parameters[path], parameter.exportedShape == shape else {
      preconditionFailure("inferenceCopy: \(path) \(shape) is not a parameter")
    }
    return Tensor(
      try parameter.exported(), shape: shape, on: parameter.value.backend)
  }

  func integer(_ path: String) throws -> Int? { counters[path]?.value }
}
