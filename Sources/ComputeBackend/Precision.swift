/// In which numbers a backend multiplies by weights; not every backend has all.
public enum Precision: String, Sendable, Codable, CaseIterable {
  case float32 = "fp32"
  /// Factors rounded to 8 significant bits, sums in 32-bit floats: forward convolutions and linear
  /// layers only. Everything else stays `float32`.
  case bfloat16 = "bf16"
}
