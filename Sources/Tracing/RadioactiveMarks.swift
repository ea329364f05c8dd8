import ComputeBackend

/// One mark for each class: a random unit vector uᵢ in the features of the marking network.
///
/// Uniform on the sphere, independent of each other and of all networks and data. The p-values rest
/// on this alone.
public struct RadioactiveMarks: Sendable, Equatable {
  public let classCount: Int
  public let featureCount: Int
  /// `[classCount, featureCount]`.
  public let values: [Float]

  /// Draws the marks: normal numbers from stream `label`, scaled to length 1.
  public init(classCount: Int, featureCount: Int, seed: UInt64) {
    precondition(
      classCount > 0 && featureCount > 1,
      "RadioactiveMarks: \(classCount) classes, \(featureCount) features")
    let key = NoiseKey(seed: seed, purpose: .marks)
    let values = (0..<Int32(classCount)).flatMap { label in
      let row = Philox.row(key, stream: label, count: featureCount, normal: true)
      let norm = row.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      return row.map { Float(Double($0) / norm) }
    }
    self.init(classCount: classCount, featureCount: featureCount, values: values)
  }

  /// Marks that were stored.
  init(classCount: Int, featureCount: Int, values: [Float]) {
    precondition(
      values.count == classCount * featureCount,
      "RadioactiveMarks: \(values.count) values for \(classCount)×\(featureCount)")
    self.classCount = classCount
    self.featureCount = featureCount
    self.values = values
  }

  /// uᵢ of a class, `[featureCount]`.
  public subscript(label: Int) -> ArraySlice<Float> {
    values[label * featureCount..<(label + 1) * featureCount]
  }

  /// Whether every vector has length 1, within rounding.
  var areUnitVectors: Bool {
    (0..<classCount).allSatisfy { label in
      let square = self[label].reduce(0) { $0 + Double($1) * Double($1) }
      return abs(square - 1) < 1e-5
    }
  }
}
