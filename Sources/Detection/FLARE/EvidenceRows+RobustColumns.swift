import Support

extension EvidenceRows {
  /// Columns in units of their spread: (x − median)/(1.4826·MAD), by sample.
  ///
  /// A column whose median absolute deviation is 0 has no unit and is left out.
  package var robustColumns: [[Float]] {
    (0..<columns).compactMap { column in
      let values = (0..<count).map { Double(self.values[$0 * columns + column]) }
      guard let median = Median.of(values),
        let deviation = Median.of(values.map { abs($0 - median) }), deviation > 0
      else { return nil }
      let unit = OutlierTest.normalScale * deviation
      return values.map { Float(($0 - median) / unit) }
    }
  }
}
