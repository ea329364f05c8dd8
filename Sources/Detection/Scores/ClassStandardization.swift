import Support

/// Numbers whose scale differs between classes, made comparable.
public enum ClassStandardization {
  /// (x − median) / (1.4826·MAD) of each number within its class, 1.4826·MAD being the standard
  /// deviation of a normal distribution; 0 where a class has no spread.
  public static func standardized(_ values: [Double], labels: [Int32]) -> [Double] {
    var result = [Double](repeating: 0, count: values.count)
    for (_, samples) in ClassMembers(values.indices, labels: labels).classes {
      let own = samples.map { values[$0] }
      guard let median = Median.of(own),
        let deviation = Median.of(own.map { abs($0 - median) }), deviation > 0
      else { continue }
      for sample in samples {
        result[sample] = (values[sample] - median) / (OutlierTest.normalScale * deviation)
      }
    }
    return result
  }
}
