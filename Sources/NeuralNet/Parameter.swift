import Autograd
import ComputeBackend

/// How a parameter is laid out in PyTorch's files, compared with ours.
public enum ParameterLayout: Sendable {
  /// The same.
  case plain
  /// A convolution's weight: `[O, I / groups, kH, kW]` there, `[O, kH, kW, I / groups]` here.
  case convolution
}

/// A named array that a model owns: a weight, or a buffer such as running statistics.
public final class Parameter {
  /// The dotted path in PyTorch's `state_dict`, such as `layer1.0.conv1.weight`.
  public let name: String
  public let layout: ParameterLayout
  /// Whether training may change it by gradients; buffers never are.
  public let isBuffer: Bool
  /// The array in our layout: a variable once a `ParameterArena` holds it, a constant before.
  public internal(set) var value: Tensor

  /// - Parameter value: in our layout.
  public init(
    _ name: String, value: Tensor, layout: ParameterLayout = .plain, isBuffer: Bool = false
  ) {
    self.name = name
    self.layout = layout
    self.isBuffer = isBuffer
    self.value = value
  }

  /// Fetches the parameter by its name and PyTorch's `shape`.
  ///
  /// Throws what the source throws: missing, or of another shape.
  public convenience init(
    _ name: String, shape: [Int], from source: any WeightSource, initializer: Initializer,
    layout: ParameterLayout = .plain, isBuffer: Bool = false
  ) throws {
    let fetched = try source.tensor(name, shape: shape, initializer: initializer)
    precondition(fetched.shape == shape, "Parameter \(name): \(fetched.shape) is not \(shape)")
    self.init(name, value: layout.imported(fetched), layout: layout, isBuffer: isBuffer)
  }

  /// The shape in PyTorch's layout.
  public var exportedShape: [Int] { layout.exportedShape(value.shape) }

  /// The elements in PyTorch's layout; waits for the device.
  public func exported() throws -> [Float] {
    try withoutGradient { try layout.exported(value).values() }
  }

  /// Overwrites the elements with a tensor in PyTorch's layout, in the memory they have.
  public func assign(_ tensor: Tensor) {
    precondition(
      tensor.shape == exportedShape,
      "Parameter \(name): assigned shape \(tensor.shape), has \(exportedShape)")
    value.backend.copy(layout.imported(tensor.detached()).slice, into: value.slice)
  }
}

extension ParameterLayout {
  func imported(_ tensor: Tensor) -> Tensor {
    switch self {
    case .plain: tensor
    case .convolution: tensor.permuted([0, 2, 3, 1])
    }
  }

  func exported(_ tensor: Tensor) -> Tensor {
    switch self {
    case .plain: tensor
    case .convolution: tensor.permuted([0, 3, 1, 2])
    }
  }

  func exportedShape(_ shape: [Int]) -> [Int] {
    switch self {
    case .plain: shape
    case .convolution: [shape[0], shape[3], shape[1], shape[2]]
    }
  }
}

/// A named integer that a model owns: how many batches a normalisation has seen.
public final class Counter {
  public let name: String
  public var value: Int

  public init(_ name: String, value: Int) {
    self.name = name
    self.value = value
  }
}
