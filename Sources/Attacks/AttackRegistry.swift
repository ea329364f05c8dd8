/// Every attack there is.
public enum AttackRegistry {
  public static let all: [any Attack.Type] = [
    BadNets.self,
    Blended.self,
    SIG.self,
    AdaptiveBlend.self,
    AdaptivePatch.self,
    WaNet.self,
    FTrojan.self,
    Smooth.self,
    TriggerFile.self,
    GradientMatching.self,
    RandomFlip.self,
    TargetedFlip.self,
  ]

  /// The attack of a manifest; `nil` if it is not known.
  static func attack(_ id: String) -> (any Attack.Type)? { all.first { $0.id == id } }
}
