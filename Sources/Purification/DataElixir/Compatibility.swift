/// Whose rules decide.
public enum Compatibility: String, Codable, Sendable, CaseIterable {
  /// Noise chosen from the data, targets by what transplants do (`TargetTest`), and a repair by a
  /// model that no carrier has taught (`CarrierRepair`).
  case current = "none"
  /// The published equations: 150 noise steps, anomaly indices against fixed thresholds.
  case paper
  /// The official code, where it differs: sets by the victim's prediction, one noising step more
  /// than denoising steps, target scores unsmoothed and two-sided with the original's label pooled,
  /// SSIM over 3×3×3 volumes, and the original image for a suspicious sample without a fitting
  /// candidate.
  case dataElixir = "dataelixir"
}
