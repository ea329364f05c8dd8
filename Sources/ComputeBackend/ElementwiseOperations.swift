/// A function of one number, with up to two parameters `a` and `b`.
public struct UnaryOperation: Hashable, Sendable {
  /// The numbers are those of `Kernels/operation_codes.h`, as for all operations that kernels know.
  public enum Code: Int32, CaseIterable, Sendable {
    /// a·x + b
    case affine = 0
    case exp, log, squareRoot, reciprocalSquareRoot, reciprocal, square, absolute
    /// −1, 0 or 1
    case sign
    case sine, cosine, tanh, sigmoid
    case relu
    /// x > 0 ? x : a·x
    case leakyReLU
    /// x·sigmoid(x)
    case silu
    /// x·Φ(x), with the error function
    case gelu
    /// log(1 + eˣ), computed without overflow
    case softplus
    /// min(max(x, a), b); derivative 1 inside, 0 outside
    case clamp
    /// x > a ? 1 : 0; derivative 0
    case step
    /// The byte 0…255 (as a float) of a value in [−1, 1]: ⌊(clamp(x)+1)·127.5⌋; derivative 0
    case quantizeToByte
  }

  public var code: Code
  public var a: Float
  public var b: Float

  public init(_ code: Code, a: Float = 0, b: Float = 0) {
    self.code = code
    self.a = a
    self.b = b
  }

  public static func affine(scale: Float, offset: Float = 0) -> UnaryOperation {
    UnaryOperation(.affine, a: scale, b: offset)
  }
}

/// A non-linearity that other operations can apply to their result at no extra pass.
public enum Activation: Int32, Sendable, CaseIterable {
  case identity = 0
  case relu, silu, gelu, tanh, sigmoid

  /// The same function as an elementwise operation.
  public var unary: UnaryOperation {
    switch self {
    case .identity: .affine(scale: 1)
    case .relu: UnaryOperation(.relu)
    case .silu: UnaryOperation(.silu)
    case .gelu: UnaryOperation(.gelu)
    case .tanh: UnaryOperation(.tanh)
    case .sigmoid: UnaryOperation(.sigmoid)
    }
  }
}

/// A function of two numbers.
public enum BinaryOperation: Int32, Sendable, CaseIterable {
  case add = 0
  case subtract, multiply, divide, maximum, minimum
  /// a > b ? 1 : 0
  case greater
}

/// An array seen as `[outer, middle, inner]`, for broadcasting and its transpose, reduction.
public struct BlockShape: Hashable, Sendable {
  public var outer: Int
  public var middle: Int
  public var inner: Int
  public var count: Int { outer * middle * inner }

  public init(outer: Int = 1, middle: Int = 1, inner: Int = 1) {
    self.outer = outer
    self.middle = middle
    self.inner = inner
  }

  /// Elements of an array that has only the axes in `axes`.
  public func count(keeping axes: BlockAxes) -> Int {
    (axes.contains(.outer) ? outer : 1) * (axes.contains(.middle) ? middle : 1)
      * (axes.contains(.inner) ? inner : 1)
  }
}

/// Which axes of a `BlockShape` an operand has; over the others it is broadcast or reduced.
public struct BlockAxes: OptionSet, Hashable, Sendable {
  public let rawValue: Int32
  public init(rawValue: Int32) { self.rawValue = rawValue }
  public static let outer = BlockAxes(rawValue: 1)
  public static let middle = BlockAxes(rawValue: 2)
  public static let inner = BlockAxes(rawValue: 4)
  public static let all: BlockAxes = [.outer, .middle, .inner]
}

/// Functions of elements; outputs may be one of the inputs.
public protocol ElementwiseOperations {
  func unary(_ operation: UnaryOperation, _ x: BufferSlice, into: BufferSlice)
  /// `into` = `upstream` · f′(x)
  func unaryGradient(
    _ operation: UnaryOperation, _ x: BufferSlice, upstream: BufferSlice, into: BufferSlice)
  /// `into[o,m,i]` = op(`a[o,m,i]`, `b` broadcast over the axes of `shape` that it lacks).
  func binary(
    _ operation: BinaryOperation, _ a: BufferSlice, _ b: BufferSlice, shape: BlockShape,
    axesOfB: BlockAxes, into: BufferSlice)
  /// `into` = Σ coefficient·term, 1 to 4 terms of equal count.
  func affineSum(_ terms: [(coefficient: Float, slice: BufferSlice)], into: BufferSlice)
  /// `into[r, :]` = Σₖ `coefficients[k, r]` · `terms[k][r, :]` with coefficients `[terms, rows]`.
  func rowAffineSum(
    _ terms: [BufferSlice], coefficients: BufferSlice, rows: Int, into: BufferSlice)
  /// activation(x·scale + shift); `scale`, `shift`: `[inner]`, or `[outer, inner]` if `perSample`.
  func modulate(
    _ x: BufferSlice, scale: BufferSlice, shift: BufferSlice, shape: BlockShape, perSample: Bool,
    activation: Activation, into: BufferSlice)
}
