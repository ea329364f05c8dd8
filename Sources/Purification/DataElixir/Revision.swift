/// What a purified sample becomes.
package struct Revision: Equatable, Sendable {
  package var label: Int
  /// Which candidate replaces the image; nil keeps the original.
  package var candidate: Int?
  /// Distance of that candidate from the original; nil if the original stays.
  package var distance: Double?

  package init(label: Int, candidate: Int?, distance: Double?) {
    self.label = label
    self.candidate = candidate
    self.distance = distance
  }
}
