import Training

/// A method that keeps labels and changes images, or drops them.
public enum PerturbationMethod: Hashable, Codable, Sendable {
  case mendata(MendataOptions)
  case randomNoise(RandomNoise)
  case friendlyNoise(FriendlyNoise)
  /// Only the reference samples are kept.
  case referenceOnly

  public var name: String {
    switch self {
    case .mendata: "mendata"
    case .randomNoise: "random-noise"
    case .friendlyNoise: "friendly-noise"
    case .referenceOnly: "reference-only"
    }
  }
}

/// What a user chooses of a run by Mendata or one of its baselines; all that the output depends on
/// besides the data.
public struct PerturbationOptions: Hashable, Codable, Sendable {
  public var method: PerturbationMethod
  /// The noises do without; then they change all images.
  public var reference: ReferenceSource?
  /// Path of a classifier whose features are compared.
  public var features: String?
  /// Side to which images are resized for it; nil for their own.
  public var featureSide: Int?
  /// The model whose predictions friendly noise keeps.
  public var victim = VictimOptions()
  public var seed: UInt64 = 0

  public init(method: PerturbationMethod) {
    self.method = method
  }
}
