import Foundation

/// What a trained model does on clean and on triggered test images.
public struct ModelMetrics: Equatable, Codable, Sendable {
  /// Share of clean test images that get their label.
  public var accuracy: Double
  /// Share of triggered test images, of labels the attack changes, that get the attack's label.
  ///
  /// An attack on one image succeeds or not: 1 or 0.
  public var attackSuccessRate: Double?
  /// log₁₀ p that a model which never saw the marks comes as near to them; only of marked datasets.
  public var log10PValue: Double?

  /// Below this p the marks count as found.
  static let significance = 0.05

  public init(accuracy: Double, attackSuccessRate: Double?, log10PValue: Double? = nil) {
    self.accuracy = accuracy
    self.attackSuccessRate = attackSuccessRate
    self.log10PValue = log10PValue
  }

  /// Whether a model betrays that it was trained on the marks.
  var showsMarks: Bool { log10PValue.map { $0 < log10(Self.significance) } ?? false }

  /// - Parameter clean: predictions of the test images.
  public init(clean: [Int], labels: [Int32], attackSuccessRate: Double?) {
    precondition(
      !labels.isEmpty && clean.count == labels.count,
      "ModelMetrics: \(clean.count) predictions of \(labels.count) images")
    let correct = zip(clean, labels).count { $0 == Int($1) }
    self.init(
      accuracy: Double(correct) / Double(labels.count), attackSuccessRate: attackSuccessRate)
  }

  /// - Parameters:
  ///   - clean: predictions of the test images.
  ///   - triggered: predictions of the same images with the trigger.
  ///   - target: the label the attack wants for a label; images it would not change do not count.
  public init(
    clean: [Int], triggered: [Int], labels: [Int32], target: (_ label: Int) -> Int
  ) {
    precondition(
      triggered.count == labels.count,
      "ModelMetrics: \(triggered.count) predictions of \(labels.count) images with the trigger")
    var attacked = 0
    var succeeded = 0
    for (sample, label) in labels.enumerated() {
      let label = Int(label)
      let wanted = target(label)
      guard wanted != label else { continue }
      attacked += 1
      if triggered[sample] == wanted { succeeded += 1 }
    }
    self.init(
      clean: clean, labels: labels,
      attackSuccessRate: attacked == 0 ? nil : Double(succeeded) / Double(attacked))
  }
}
