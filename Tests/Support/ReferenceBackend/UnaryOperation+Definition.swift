import ComputeBackend
import Foundation

extension UnaryOperation {
  /// f(x), from the definition.
  func callAsFunction(_ x: Double) -> Double {
    let a = Double(self.a)
    let b = Double(self.b)
    switch code {
    case .affine: return a * x + b
    case .exp: return exp(x)
    case .log: return log(x)
    case .squareRoot: return x.squareRoot()
    case .reciprocalSquareRoot: return 1 / x.squareRoot()
    case .reciprocal: return 1 / x
    case .square: return x * x
    case .absolute: return abs(x)
    case .sign: return x > 0 ? 1 : x < 0 ? -1 : x
    case .sine: return sin(x)
    case .cosine: return cos(x)
    case .tanh: return Foundation.tanh(x)
    case .sigmoid: return sigmoid(x)
    case .relu: return x < 0 ? 0 : x
    case .leakyReLU: return x > 0 ? x : a * x
    case .silu: return x * sigmoid(x)
    case .gelu: return x * normalDistribution(x)
    case .softplus: return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x))
    case .clamp: return x < a ? a : x > b ? b : x
    case .step: return x > a ? 1 : 0
    case .quantizeToByte: return ((min(max(x, -1), 1) + 1) * 127.5).rounded(.down)
    }
  }

  /// f′(x); where f has a kink, the derivative of the branch that the definition takes.
  func derivative(_ x: Double) -> Double {
    let a = Double(self.a)
    let b = Double(self.b)
    switch code {
    case .affine: return a
    case .exp: return exp(x)
    case .log: return 1 / x
    case .squareRoot: return 0.5 / x.squareRoot()
    case .reciprocalSquareRoot: return -0.5 / (x * x.squareRoot())
    case .reciprocal: return -1 / (x * x)
    case .square: return 2 * x
    case .absolute: return x > 0 ? 1 : x < 0 ? -1 : 0
    case .sign, .step, .quantizeToByte: return 0
    case .sine: return cos(x)
    case .cosine: return -sin(x)
    case .tanh: return 1 / (cosh(x) * cosh(x))
    case .sigmoid: return sigmoid(x) * sigmoid(-x)
    case .relu: return x > 0 ? 1 : 0
    case .leakyReLU: return x > 0 ? 1 : a
    case .silu: return sigmoid(x) + x * sigmoid(x) * sigmoid(-x)
    case .gelu: return normalDistribution(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .softplus: return sigmoid(x)
    case .clamp: return x >= a && x <= b ? 1 : 0
    }
  }
}

/// The logistic function.
private func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// The distribution function Φ of the standard normal.
private func normalDistribution(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
