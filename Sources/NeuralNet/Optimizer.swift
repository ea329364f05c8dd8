import Autograd
import ComputeBackend

/// Changes the weights of an arena by their gradients.
public protocol Optimizer: AnyObject {
  var arena: ParameterArena { get }
  /// Steps by the gradients that the arena holds, already scaled by the factor `[1]` if given.
  func step(learningRate: Float, gradientScale: BufferSlice?)
  /// What a resumed run needs besides the weights; waits for the device.
  func state() throws -> [String: [Float]]
  /// Restores what `state` returned; throws if it belongs to another model or optimiser.
  func restore(_ state: [String: [Float]]) throws
}

extension Optimizer {
  /// Steps by the gradients that the arena holds.
  ///
  /// - Parameter clipNorm: scales gradients of a greater total norm down to it, as PyTorch's
  ///   `clip_grad_norm_`: by min(1, c / (‖g‖ + 10⁻⁶)). Nothing waits for the device.
  public func step(learningRate: Float, clipNorm: Float? = nil) {
    guard let clipNorm else { return step(learningRate: learningRate, gradientScale: nil) }
    withoutGradient {
      let scale = (clipNorm / (arena.gradientNorm() + 1e-6)).clamped(0, 1)
      step(learningRate: learningRate, gradientScale: scale.slice)
    }
  }

  /// Stores the gradients, in the order of the arena's parameters, and steps.
  public func step(gradients: [Tensor], learningRate: Float, clipNorm: Float? = nil) {
    arena.store(gradients)
    step(learningRate: learningRate, clipNorm: clipNorm)
  }
}

/// An optimiser's saved state that does not fit.
public enum OptimizerStateError: Error, Equatable, CustomStringConvertible {
  case missing(name: String)
  case wrongCount(name: String, found: Int, expected: Int)
  /// A number of steps that no training has taken.
  case notANumberOfSteps(name: String, value: Float)

  public var description: String {
    switch self {
    case .missing(let name):
      "the saved optimiser state has no '\(name)'; it is of another optimiser: start a new run"
    case .notANumberOfSteps(let name, let value):
      "'\(name)' of the saved optimiser state is \(value), no number of steps: start a new run"
    case .wrongCount(let name, let found, let expected):
      """
      '\(name)' of the saved optimiser state has \(found) elements, the model needs \(expected); \
      it is of another model: start a new run
      """
    }
  }
}

extension [String: [Float]] {
  /// The array called `name`, which must have `count` elements.
  func array(_ name: String, count: Int) throws -> [Float] {
    guard let values = self[name] else { throw OptimizerStateError.missing(name: name) }
    guard values.count == count else {
      throw OptimizerStateError.wrongCount(name: name, found: values.count, expected: count)
    }
    return values
  }

  /// The number of steps called `name`.
  func steps(_ name: String) throws -> Int {
    let value = try array(name, count: 1)[0]
    guard let steps = Int(exactly: value), (0...(1 << 40)).contains(steps) else {
      throw OptimizerStateError.notANumberOfSteps(name: name, value: value)
    }
    return steps
  }
}

extension ParameterArena {
  /// A buffer of the arena's size, zero.
  func makeZeros() -> BufferSlice {
    let slice = backend.makeBuffer(count: count)[count]
    backend.fill(slice, with: 0)
    return slice
  }
}
