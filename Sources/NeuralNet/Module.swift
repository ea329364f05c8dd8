import ComputeBackend

/// A part of a network that owns parameters.
public protocol Module: AnyObject {
  /// Appends all parameters, buffers and counters, always in the same order.
  func collectParameters(into list: inout ParameterList)
}

/// What a module owns, in PyTorch's order where that matters to a file.
public struct ParameterList {
  /// Weights and buffers.
  public private(set) var parameters: [Parameter] = []
  public private(set) var counters: [Counter] = []
  /// Layers that behave differently in training.
  public private(set) var normalizations: [BatchNorm2D] = []

  public init() {}

  public mutating func append(_ parameter: Parameter) { parameters.append(parameter) }
  public mutating func append(_ counter: Counter) { counters.append(counter) }
  public mutating func append(_ layer: BatchNorm2D) { normalizations.append(layer) }

  /// Parameters without the buffers: what an optimiser changes.
  public var weights: [Parameter] { parameters.filter { !$0.isBuffer } }

  public subscript(name: String) -> Parameter? { parameters.first { $0.name == name } }
}

extension Module {
  /// Everything the module owns.
  public var parameters: ParameterList {
    var list = ParameterList()
    collectParameters(into: &list)
    return list
  }

  /// The device that its parameters are on.
  public var backend: any ComputeBackend {
    guard let first = parameters.parameters.first else {
      preconditionFailure("\(Self.self).backend: a module without parameters is on no device")
    }
    return first.value.backend
  }

  /// Number of weights, buffers not counted.
  public var weightCount: Int { parameters.weights.reduce(0) { $0 + $1.value.count } }

  /// Chooses between the batch's statistics and the running ones in all batch normalisations.
  public func setTraining(_ isTraining: Bool) {
    for layer in parameters.normalizations { layer.isTraining = isTraining }
  }

  /// Runs `body` and takes back what it did to running statistics and counters: for passes in
  /// training mode that are no steps of the training.
  public func keepingStatistics<Result>(_ body: () throws -> Result) rethrows -> Result {
    let list = parameters
    let buffers = list.parameters.filter(\.isBuffer)
    let (values, counts) = (buffers.map(\.value), list.counters.map(\.value))
    defer {
      for (buffer, value) in zip(buffers, values) { buffer.value = value }
      for (counter, count) in zip(list.counters, counts) { counter.value = count }
    }
    return try body()
  }
}
