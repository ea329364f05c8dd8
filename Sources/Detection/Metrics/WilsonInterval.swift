/// Where a probability lies, of which a share was seen: Wilson's score interval at 95 %.
public struct WilsonInterval: Equatable, Sendable {
  public let lower: Double
  public let upper: Double

  /// The 97.5 % quantile of the normal distribution.
  private static let z = 1.959964

  /// nil without trials.
  public init?(_ successes: Int, of trials: Int) {
    precondition(
      (0...max(trials, 0)).contains(successes), "WilsonInterval: \(successes) of \(trials)")
    guard trials > 0 else { return nil }
    let (n, share) = (Double(trials), Double(successes) / Double(trials))
    let square = Self.z * Self.z
    let center = (share + square / (2 * n)) / (1 + square / n)
    let half =
      Self.z / (1 + square / n)
      * (share * (1 - share) / n + square / (4 * n * n)).squareRoot()
    lower = max(0, center - half)
    upper = min(1, center + half)
  }
}
