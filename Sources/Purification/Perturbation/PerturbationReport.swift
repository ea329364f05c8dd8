import Datasets
import Foundation
import Support

/// What a run by Mendata or one of its baselines did; `report.json` holds it all.
public struct PerturbationReport: Codable, Sendable {
  public struct Reference: Codable, Sendable {
    public var source: String
    public var images: Int
    /// Of the dataset's own samples, by class; zeros if the images are another's.
    public var perClass: [Int]
    /// By the ground truth, if that was given and the samples are the dataset's.
    public var precision: Double?
    public var recall: Double?
  }

  public struct Changes: Codable, Sendable {
    /// Images whose bytes changed.
    public var images = 0
    /// Samples left out of the output.
    public var dropped = 0
    /// Mean over the changed images of their greatest change of a pixel, in 1/255.
    public var meanGreatest = 0.0
    /// The greatest change of any pixel, in 1/255.
    public var greatest = 0
    /// Mean over all pixels of the changed images, in 1/255.
    public var meanAbsolute = 0.0
  }

  public var method: String
  public var data: PurificationReport.Data
  public var options: PerturbationOptions
  public var device: String
  public var reference: Reference?
  public var rounds: [MendataRound] = []
  /// l_δ, given or found.
  public var perturbationRate: Double?
  public var end: MendataEnd?
  public var distances: MendataDistances?
  public var changes = Changes()
  public var warnings: [String] = []

  /// One sentence on the outcome.
  public var conclusion: String {
    if changes.dropped > 0 {
      return "\(data.samples - changes.dropped) reference samples kept, \(changes.dropped) dropped."
    }
    return "\(changes.images) of \(data.samples) images changed: "
      + String(
        format: "by %.2f/255 in the mean, at most %d/255 in any pixel.", changes.meanAbsolute,
        changes.greatest)
  }

  /// What is printed at the end.
  public var summary: String {
    var lines: [String] = []
    if let end, let first = rounds.first, let last = rounds.last {
      lines.append(
        "\(rounds.count) rounds, ended by \(end.rawValue); distance "
          + String(format: "%.4f before, %.4f in the last round", first.distance, last.distance))
    }
    if let distances {
      lines.append(
        String(
          format: "Last critic: %.4f perturbed, %.4f amplified, %.4f in bytes",
          distances.perturbed, distances.amplified, distances.quantized))
    }
    return (lines + [conclusion]).joined(separator: "\n")
  }

  func json() throws -> String {
    try JSONText.indented(self) + "\n"
  }
}
