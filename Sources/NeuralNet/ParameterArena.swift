import Autograd
import ComputeBackend

/// All trained weights of a model in one flat buffer, and their gradients in another.
///
/// An optimiser's step is then one launch, whatever the number of layers. Making an arena moves the
/// weights into it and turns them into variables.
public final class ParameterArena {
  /// Parameters start at multiples of this many elements (64 bytes); the gaps are zero.
  private static let alignment = 16

  public let parameters: [Parameter]
  public let backend: any ComputeBackend
  /// All weights, with gaps of zeros.
  public let weights: BufferSlice
  /// All gradients, in the same places.
  public let gradients: BufferSlice
  private let ranges: [Range<Int>]

  /// - Parameter parameters: of one backend, at least one; see `ParameterList.weights`.
  public init(_ parameters: [Parameter]) {
    guard let first = parameters.first else { preconditionFailure("ParameterArena: no parameters") }
    backend = first.value.backend
    var ranges = [Range<Int>]()
    var end = 0
    for parameter in parameters {
      ranges.append(end..<end + parameter.value.count)
      end += (parameter.value.count + Self.alignment - 1) / Self.alignment * Self.alignment
    }
    self.parameters = parameters
    self.ranges = ranges
    weights = backend.makeBuffer(count: end)[end]
    gradients = backend.makeBuffer(count: end)[end]
    backend.fill(weights, with: 0)
    backend.fill(gradients, with: 0)
    for (parameter, range) in zip(parameters, ranges) {
      backend.copy(parameter.value.slice, into: weights.range(range))
    }
    bindParameters(to: weights, areVariables: true)
  }

  /// Elements of the flat buffers, gaps included.
  public var count: Int { weights.count }

  /// The parameters' values, for `gradient(of:wrt:)`.
  public var variables: [Tensor] { parameters.map(\.value) }

  /// Where the gradients of one parameter lie.
  public func gradients(of parameter: Parameter) -> BufferSlice {
    guard let index = parameters.firstIndex(where: { $0 === parameter }) else {
      preconditionFailure("ParameterArena: \(parameter.name) is not in the arena")
    }
    return gradients.range(ranges[index])
  }

  /// A flat buffer of the same layout, seen as one tensor for each parameter.
  public func tensors(in slice: BufferSlice) -> [Tensor] {
    precondition(
      slice.count == count, "ParameterArena.tensors: \(slice.count) elements, not \(count)")
    return zip(parameters, ranges).map { parameter, range in
      Tensor(slice: slice.range(range), shape: parameter.value.shape, on: backend)
    }
  }

  /// Runs `body` with the parameters as constants in another buffer of the same layout.
  ///
  /// Nothing is copied.
  public func withConstants<Result>(
    _ slice: BufferSlice, _ body: () throws -> Result
  ) rethrows -> Result {
    try with(slice, areVariables: false, body)
  }

  /// Runs `body` with the parameters as variables in another buffer of the same layout.
  ///
  /// Nothing is copied, and the variables of now stay what they are.
  public func withVariables<Result>(
    _ slice: BufferSlice, _ body: () throws -> Result
  ) rethrows -> Result {
    try with(slice, areVariables: true, body)
  }

  private func with<Result>(
    _ slice: BufferSlice, areVariables: Bool, _ body: () throws -> Result
  ) rethrows -> Result {
    let values = variables
    bindParameters(to: slice, areVariables: areVariables)
    defer { for (parameter, value) in zip(parameters, values) { parameter.value = value } }
    return try body()
  }

  /// Lets the parameters view another buffer of the same layout.
  private func bindParameters(to slice: BufferSlice, areVariables: Bool) {
    for (parameter, value) in zip(parameters, tensors(in: slice)) {
      parameter.value = areVariables ? value.variable() : value
    }
  }

  /// Copies gradients, in the order of `parameters`, to the flat buffer, or adds them to it.
  public func store(_ newGradients: [Tensor], accumulating: Bool = false) {
    precondition(
      newGradients.count == parameters.count,
      "ParameterArena.store: \(newGradients.count) gradients of \(parameters.count) parameters")
    for (gradient, range) in zip(newGradients, ranges) {
      let place = gradients.range(range)
      if accumulating {
        backend.affineSum(
          [(coefficient: 1, slice: place), (coefficient: 1, slice: gradient.slice)], into: place)
      } else {
        backend.copy(gradient.slice, into: place)
      }
    }
  }

  /// Differentiates `loss` (one element) and stores, or adds, the gradients.
  public func backpropagate(_ loss: Tensor, accumulating: Bool = false) {
    store(gradient(of: loss, wrt: variables), accumulating: accumulating)
  }

  /// ‖g‖₂ of all stored gradients, `[1]`.
  public func gradientNorm() -> Tensor {
    Tensor(slice: gradients, shape: [count], on: backend).reduced(
      .sumOfSquares, shape: BlockShape(inner: count), keeping: [], resultShape: [1]
    ).squareRoot()
  }
}

extension BufferSlice {
  fileprivate func range(_ range: Range<Int>) -> BufferSlice {
    self.range(from: range.lowerBound, count: range.count)
  }
}
