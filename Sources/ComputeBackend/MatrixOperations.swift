/// A batch of matrix products C[b] = op(A[b])·op(B[b]), all row-major and contiguous.
public struct MatrixProductShape: Hashable, Sendable {
  public var batch: Int
  /// Rows of C.
  public var m: Int
  /// Columns of C.
  public var n: Int
  /// Length of the inner products.
  public var k: Int
  /// A is stored `[k, m]` instead of `[m, k]`.
  public var transposeA: Bool
  /// B is stored `[n, k]` instead of `[k, n]`.
  public var transposeB: Bool
  /// One B serves the whole batch.
  public var sharedB: Bool

  public init(
    batch: Int = 1, m: Int, n: Int, k: Int, transposeA: Bool = false, transposeB: Bool = false,
    sharedB: Bool = false
  ) {
    self.batch = batch
    self.m = m
    self.n = n
    self.k = k
    self.transposeA = transposeA
    self.transposeB = transposeB
    self.sharedB = sharedB
  }

  public var aCount: Int { batch * m * k }
  public var bCount: Int { (sharedB ? 1 : batch) * k * n }
  public var resultCount: Int { batch * m * n }
  /// Floating-point operations; a multiply-add counts as two.
  public var flops: Int { 2 * batch * m * n * k }
}

/// What is done to a result while it is still in registers: activation(y + bias + … + residual).
public struct Epilogue: Sendable {
  /// `[C]`, added to each column (output channel).
  public var bias: BufferSlice?
  /// `[N, C]`, added to every pixel of a sample: the time embedding.
  public var sampleBias: BufferSlice?
  /// The output's shape, added before the activation.
  public var residual: BufferSlice?
  public var activation: Activation

  public init(
    bias: BufferSlice? = nil, sampleBias: BufferSlice? = nil, residual: BufferSlice? = nil,
    activation: Activation = .identity
  ) {
    self.bias = bias
    self.sampleBias = sampleBias
    self.residual = residual
    self.activation = activation
  }
}

/// Dense matrix products.
public protocol MatrixOperations {
  /// C = epilogue(op(A)·op(B)); `bias` is `[n]`, `residual` is C's shape, `sampleBias` is not used.
  func matrixProduct(
    _ shape: MatrixProductShape, _ a: BufferSlice, _ b: BufferSlice, epilogue: Epilogue,
    into: BufferSlice)
}
