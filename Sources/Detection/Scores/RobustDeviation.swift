import Foundation
import Support

/// How far numbers lie above most of them.
package enum RobustDeviation {
  /// An index above this one is an anomaly: e², as in SCAn.
  package static let limit = exp(2.0)

  /// (x − median) / (1.4826·MAD) of each number; 0 if there is no spread, or less than three.
  ///
  /// - Parameter clean: the numbers whose median and deviation are taken; nil for the same.
  package static func values(_ numbers: [Double], clean: [Double]? = nil) -> [Double] {
    let clean = clean ?? numbers
    guard clean.count > 2, let median = Median.of(clean),
      let deviation = Median.of(clean.map { abs($0 - median) }), deviation > 0
    else { return numbers.map { _ in 0 } }
    return numbers.map { ($0 - median) / (OutlierTest.normalScale * deviation) }
  }
}
