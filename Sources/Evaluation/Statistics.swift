/// Mean and standard deviation of repeated measurements.
public struct Statistics: Equatable, Codable, Sendable {
  public var mean: Double
  /// That of a sample, by n − 1; 0 for a single value.
  public var deviation: Double

  /// `nil` without values.
  public init?(_ values: [Double]) {
    guard !values.isEmpty else { return nil }
    mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { [mean] in $0 + ($1 - mean) * ($1 - mean) }
    deviation = values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
  }
}
