/// What a trained model does on clean and on triggered test images.
public struct ModelMetrics: Equatable, Codable, Sendable {
  /// Share of clean test images that get their label.
  public var accuracy: Double
  /// Share of triggered test images, of labels that the attack changes, that get the attack's label.
  public var attackSuccessRate: Double?

  public init(accuracy: Double, attackSuccessRate: Double?) {
    self.accuracy = accuracy
    self.attackSuccessRate = attackSuccessRate
  }

  /// - Parameters:
  ///   - clean: predictions of the test images.
  ///   - triggered: predictions of the same images with the trigger.
  ///   - target: the label that the attack wants for a label; images it would not change do not count.
  public init(
    clean: [Int], triggered: [Int], labels: [Int32], target: (_ label: Int) -> Int
  ) {
    precondition(
      !labels.isEmpty && clean.count == labels.count && triggered.count == labels.count,
      "ModelMetrics: \(clean.count) and \(triggered.count) predictions of \(labels.count) images")
    var correct = 0
    var attacked = 0
    var succeeded = 0
    for (sample, label) in labels.enumerated() {
      let label = Int(label)
      if clean[sample] == label { correct += 1 }
      let wanted = target(label)
      guard wanted != label else { continue }
      attacked += 1
      if triggered[sample] == wanted { succeeded += 1 }
    }
    accuracy = Double(correct) / Double(labels.count)
    attackSuccessRate = attacked == 0 ? nil : Double(succeeded) / Double(attacked)
  }
}
