/// What a purified sample becomes.
public struct Revision: Equatable, Sendable {
  public var label: Int
  /// Which candidate replaces the image; nil keeps the original.
  public var candidate: Int?
  /// Distance of that candidate from the original; nil if the original stays.
  public var distance: Double?

  public init(label: Int, candidate: Int?, distance: Double?) {
    self.label = label
    self.candidate = candidate
    self.distance = distance
  }
}
