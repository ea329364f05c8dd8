import Foundation

/// The figures of `elixir-gpu evaluate`; the names are the keys of its JSON file.
public struct EvaluationResult: Equatable, Codable, Sendable {
  public var tpr: Double?
  public var fpr: Double?
  public var labelAccuracy: Double
  public var models: Models

  /// Models trained alike on each dataset.
  public struct Models: Equatable, Codable, Sendable {
    public var purified: ModelMetrics
    public var poisoned: ModelMetrics
    /// Only if the clean dataset was given.
    public var clean: ModelMetrics?

    public init(purified: ModelMetrics, poisoned: ModelMetrics, clean: ModelMetrics?) {
      self.purified = purified
      self.poisoned = poisoned
      self.clean = clean
    }
  }

  public init(detection: DetectionMetrics, models: Models) {
    tpr = detection.truePositiveRate
    fpr = detection.falsePositiveRate
    labelAccuracy = detection.labelAccuracy
    self.models = models
  }

  /// An indented JSON object with sorted keys and a last line end.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }

  /// The table that the command prints.
  public func table() -> String {
    func percent(_ value: Double?) -> String {
      guard let value else { return "      –" }
      let text = String(format: "%.2f", 100 * value)
      return String(repeating: " ", count: max(0, 6 - text.count)) + text + "%"
    }
    var lines = [
      "true positive rate   \(percent(tpr))   poisoned samples whose label changed",
      "false positive rate  \(percent(fpr))   clean samples whose label changed",
      "label accuracy       \(percent(labelAccuracy))   labels as before poisoning",
      "",
      "trained on        accuracy   attack success",
    ]
    let rows = [("purified", models.purified), ("poisoned", models.poisoned)]
      + (models.clean.map { [("clean", $0)] } ?? [])
    for (name, model) in rows {
      let padded = name + String(repeating: " ", count: 17 - name.count)
      lines.append("\(padded) \(percent(model.accuracy))          \(percent(model.attackSuccessRate))")
    }
    return lines.joined(separator: "\n")
  }
}
