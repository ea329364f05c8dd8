import Autograd
import ComputeBackend
import ReferenceBackend
import Testing

/// A tensor function with inputs to check its derivatives at.
struct FunctionCase: Sendable, CustomTestStringConvertible {
  let name: String
  let shapes: [[Int]]
  /// Where the inputs are drawn from.
  var range: ClosedRange<Double> = -1.5...1.5
  let body: @Sendable ([Tensor]) -> Tensor

  var testDescription: String { name }

  init(
    _ name: String, _ shapes: [[Int]], in range: ClosedRange<Double> = -1.5...1.5,
    _ body: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.name = name
    self.shapes = shapes
    self.range = range
    self.body = body
  }

  func inputs(on backend: ReferenceBackend) -> [Tensor] {
    shapes.enumerated().map { index, shape in
      .random(shape, in: range, stream: UInt32(index), on: backend)
    }
  }
}

extension Tensor {
  /// Uniform random numbers with the full precision of Double.
  static func random(
    _ shape: [Int], in range: ClosedRange<Double> = -1.5...1.5, stream: UInt32,
    on backend: ReferenceBackend
  ) -> Tensor {
    var generator = PhiloxGenerator(seed: 7, stream: stream)
    let values = (0..<shape.elementCount).map { _ in Double.random(in: range, using: &generator) }
    return Tensor(doubles: values, shape: shape, on: backend)
  }

  init(doubles: [Double], shape: [Int], on backend: ReferenceBackend) {
    self = .empty(shape, on: backend)
    backend.upload(doubles: doubles, to: slice)
  }

  func doubles(on backend: ReferenceBackend) -> [Double] { backend.doubles(slice) }
}

/// Compares the gradient of a one-element function with central differences, element by element.
func expectGradient(
  of function: ([Tensor]) -> Tensor, at inputs: [Tensor], on backend: ReferenceBackend,
  tolerance: Double = 1e-6, _ comment: Comment, sourceLocation: SourceLocation = #_sourceLocation
) {
  let variables = inputs.map { $0.variable() }
  let gradients = gradient(of: function(variables), wrt: variables)
  let step = 1e-5
  for (index, input) in inputs.enumerated() {
    let values = input.doubles(on: backend)
    let analytic = gradients[index].doubles(on: backend)
    let scale = max(1, analytic.map { abs($0) }.max() ?? 0)
    for element in values.indices {
      func value(_ offset: Double) -> Double {
        var moved = values
        moved[element] += offset
        var arguments = variables
        arguments[index] = Tensor(doubles: moved, shape: input.shape, on: backend).variable()
        return function(arguments).doubles(on: backend)[0]
      }
      let numeric = (value(step) - value(-step)) / (2 * step)
      let error = abs(numeric - analytic[element])
      guard error <= tolerance * scale else {
        Issue.record(
          """
          \(comment): input \(index), element \(element): analytic \(analytic[element]), \
          numeric \(numeric)
          """, sourceLocation: sourceLocation)
        return
      }
    }
  }
}

/// Expects equal shapes, and elements equal to 10⁻⁶ of the greatest.
func expectEqual(
  _ a: Tensor, _ b: Tensor, on backend: ReferenceBackend, _ name: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.shape == b.shape, "\(name)", sourceLocation: sourceLocation)
  let (x, y) = (a.doubles(on: backend), b.doubles(on: backend))
  let scale = max(1, y.map { abs($0) }.max() ?? 0)
  let error = zip(x, y).map { abs($0 - $1) }.max() ?? 0
  #expect(error <= 1e-6 * scale, "\(name): differs by \(error)", sourceLocation: sourceLocation)
}

/// Σ tensor·weights with fixed random weights, so that no derivative cancels.
func project(_ tensor: Tensor, stream: UInt32, on backend: ReferenceBackend) -> Tensor {
  (tensor * .random(tensor.shape, stream: stream, on: backend)).sum()
}
