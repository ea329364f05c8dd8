/// Whether to follow the published equations or the official code where the two differ.
public enum Compatibility: String, Codable, Sendable, CaseIterable {
  case standard
  /// The official code: sets by the victim's prediction, one noising step more than denoising steps,
  /// target scores unsmoothed and two-sided with the original's label pooled, SSIM over
  /// 3×3×3 volumes, and the original image for a suspicious sample without a fitting candidate.
  case dataElixir = "dataelixir"
}
