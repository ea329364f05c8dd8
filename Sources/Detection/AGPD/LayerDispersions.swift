import Foundation
import Support

/// The classes whose gradients spread abnormally, and the layer that shows it best (AGPD).
package struct LayerDispersions: Equatable, Sendable {
  /// The layer that decides.
  package var layer: Int
  /// How abnormal each class is there: z, or ρ where that decides.
  package var statistics: [Double]
  /// Statistic of a suspicious class.
  package var limit: Double
  /// Classes whose statistic reaches the limit, ascending.
  package var targets: [Int]

  /// e², in robust standard deviations from the median class.
  package static let greatestDeviation = exp(2.0)
  /// ρ from which a class is suspicious if no class differs from the others: all may be targets.
  package static let greatestDispersion = 0.3
  /// The layers in which that is looked for: the fourth to the second from the end.
  private static let lateLayers = 2...4

  /// - Parameter dispersions: ρ of each class in each layer, `[layers][classes]`; nil of classes
  ///   without samples.
  package init(_ dispersions: [[Double?]]) {
    let deviations = dispersions.map(Self.deviations)
    let greatest = deviations.map { $0.max() ?? 0 }
    var layer = greatest.indices.max { greatest[$0] < greatest[$1] } ?? 0
    var (statistics, limit) = (deviations[layer], Self.greatestDeviation)
    if greatest[layer] < limit {
      let late = Self.lateLayers.map { dispersions.count - $0 }.filter { $0 >= 0 }
      let values = dispersions.map { $0.map { $0 ?? 0 } }
      layer = late.max { (values[$0].max() ?? 0) < (values[$1].max() ?? 0) } ?? layer
      (statistics, limit) = (values[layer], Self.greatestDispersion)
    }
    self.layer = layer
    self.statistics = statistics
    self.limit = limit
    targets = statistics.indices.filter { statistics[$0] >= limit }
  }

  /// z = (ρ − median)/(1.4826·MAD), 0 where the MAD is 0 or there is no ρ.
  package static func deviations(_ dispersions: [Double?]) -> [Double] {
    let known = dispersions.compactMap { $0 }
    guard let median = Median.of(known),
      let spread = Median.of(known.map { abs($0 - median) }), spread > 0
    else { return dispersions.map { _ in 0 } }
    return dispersions.map { $0.map { ($0 - median) / (OutlierTest.normalScale * spread) } ?? 0 }
  }
}
