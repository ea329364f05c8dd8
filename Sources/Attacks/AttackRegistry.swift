/// Every attack there is.
public enum AttackRegistry {
  public static let all: [any Attack.Type] = [
    BadNets.self,
    Blended.self,
    SIG.self,
    FTrojan.self,
    Smooth.self,
    TriggerFile.self,
    AdaptiveBlend.self,
    AdaptivePatch.self,
    RandomFlip.self,
    TargetedFlip.self,
    WaNet.self,
    GradientMatching.self,
    LabelConsistent.self,
    PoisonFrogs.self,
    InputAware.self,
    LIRA.self,
    SSBA.self,
  ]

  /// The attack of a manifest; `nil` if it is not known.
  static func attack(_ id: String) -> (any Attack.Type)? { all.first { $0.id == id } }
}
