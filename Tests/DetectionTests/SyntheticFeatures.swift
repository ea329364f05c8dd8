import ComputeBackend
import Detection

/// Features of eight classes of 120 samples, normal around centers of their own, in six dimensions
/// with deviations from 1 to 2.
///
/// Poison lies away from its class's center in one more direction.
struct SyntheticFeatures {
  let rows: EvidenceRows
  let labels: [Int32]
  /// Ascending.
  let poison: [Int]

  static let classes = 8
  static let perClass = 120
  private static let dimensions = 7

  /// - Parameter poison: how many samples of each class are poison.
  init(poison counts: [Int: Int], shift: Double = 6, seed: UInt64 = 1) {
    var random = PhiloxGenerator(seed: seed)
    let centers = random.normals(Self.classes * Self.dimensions, deviation: 5)
    var values: [Float] = []
    var labels: [Int32] = []
    var poison: [Int] = []
    for place in 0..<Self.perClass {
      for label in 0..<Self.classes {
        let isPoison = place < counts[label] ?? 0
        if isPoison { poison.append(labels.count) }
        labels.append(Int32(label))
        let normals = random.normals(Self.dimensions)
        for column in 0..<Self.dimensions {
          let isLast = column == Self.dimensions - 1
          let center = isLast ? 0 : centers[label * Self.dimensions + column]
          values.append(
            center + normals[column] * (1 + Float(column) / Float(Self.dimensions))
              + (isPoison && isLast ? Float(shift) : 0))
        }
      }
    }
    rows = EvidenceRows(values, columns: Self.dimensions)
    self.labels = labels
    self.poison = poison
  }

  /// The first ten unpoisoned samples of each class.
  var clean: [Int] {
    let bad = Set(poison)
    var counts = [Int32: Int]()
    return labels.indices.filter { sample in
      guard !bad.contains(sample), counts[labels[sample], default: 0] < 10 else { return false }
      counts[labels[sample], default: 0] += 1
      return true
    }
  }
}
