/// A decomposition that cannot be had.
public enum LinearAlgebraError: Error, Equatable, CustomStringConvertible {
  /// A matrix with values that are NaN or infinite.
  case notFinite
  case noConvergence(routine: String)

  public var description: String {
    switch self {
    case .notFinite: "a matrix has values that are not finite numbers; check the data it is made of"
    case .noConvergence(let routine):
      "\(routine) found no decomposition; check the data for values far out of range"
    }
  }
}

extension Matrix {
  func requireFinite() throws {
    guard values.allSatisfy(\.isFinite) else { throw LinearAlgebraError.notFinite }
  }
}
