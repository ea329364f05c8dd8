/// The greatest eigenvalue of a symmetric positive semidefinite operator with its eigenvector, by
/// Lanczos' iteration with full reorthogonalization.
///
/// The operator is known by what it makes of a vector, so a Gram matrix A·Aᵀ need not be in memory.
public struct GreatestEigenpair: Equatable, Sendable {
  public let value: Double
  /// Of length 1, its element of greatest magnitude positive.
  public let vector: [Double]

  /// Where ‖A·x − λ·x‖ is less than this share of λ, x is an eigenvector.
  private static let tolerance = 1e-10
  /// Steps between two looks at the residual.
  private static let interval = 5

  /// - Parameters:
  ///   - size: n, at least 1.
  ///   - apply: the operator on a vector `[n]`.
  /// - Throws: `LinearAlgebraError`, or what the operator throws.
  public init(size: Int, _ apply: ([Double]) throws -> [Double]) throws {
    precondition(size > 0, "GreatestEigenpair: an operator of size \(size)")
    var basis = [Self.start(size)]
    var (diagonal, beside): ([Double], [Double]) = ([], [])
    while true {
      let current = basis[basis.count - 1]
      var next = try apply(current)
      precondition(next.count == size, "GreatestEigenpair: \(next.count) values of \(size)")
      diagonal.append(Self.dot(current, next))
      // Once is not enough where the remainder is small.
      for _ in 0..<2 { Self.remove(basis, from: &next) }
      let length = Self.dot(next, next).squareRoot()
      let isLast = basis.count == size
      // With next to nothing left, the basis spans all that the operator makes of the start.
      let isSpanned = length <= Self.tolerance * (diagonal.max() ?? 0)
      if isLast || isSpanned || basis.count % Self.interval == 0 {
        let pair = try Self.greatest(diagonal, beside)
        let residual = length * abs(pair.vector[basis.count - 1])
        if isLast || residual <= Self.tolerance * abs(pair.value) {
          value = pair.value
          vector = Self.combination(of: basis, pair.vector)
          return
        }
      }
      beside.append(length)
      basis.append(next.map { $0 / length })
    }
  }

  /// A unit vector without symmetries: multiples of the golden ratio less their whole parts.
  private static func start(_ size: Int) -> [Double] {
    let values = (0..<size).map {
      (Double($0 + 1) * 0.618_033_988_749_895).truncatingRemainder(dividingBy: 1) - 0.5
    }
    let length = dot(values, values).squareRoot()
    return values.map { $0 / length }
  }

  /// Of the tridiagonal matrix that the operator is in the basis.
  private static func greatest(
    _ diagonal: [Double], _ beside: [Double]
  ) throws -> (value: Double, vector: [Double]) {
    var matrix = Matrix(diagonal: diagonal)
    for (index, value) in beside.enumerated() { matrix[index + 1, index] = value }
    let decomposition = try SymmetricEigendecomposition(matrix)
    return (decomposition.values[0], Array(decomposition.vectors.row(0)))
  }

  private static func combination(of basis: [[Double]], _ weights: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: basis[0].count)
    for (vector, weight) in zip(basis, weights) {
      for index in sum.indices { sum[index] += weight * vector[index] }
    }
    let length = dot(sum, sum).squareRoot()
    return SymmetricEigendecomposition.oriented(sum[...]).map { $0 / length }
  }

  private static func remove(_ basis: [[Double]], from vector: inout [Double]) {
    for other in basis {
      let share = dot(other, vector)
      for index in vector.indices { vector[index] -= share * other[index] }
    }
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for index in a.indices { sum += a[index] * b[index] }
    return sum
  }
}
