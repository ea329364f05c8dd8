/// The losses of a step, in the order of `RestorationStep`'s result.
public enum RestorationLoss: String, CaseIterable, Codable, Sendable {
  /// −log D_cd(R(x)): what the restorer loses to its discriminator.
  case restoring
  /// −log D_pd(G_p(x̄)).
  case poisoning
  /// ‖R(G_p(x̄)) − x̄‖₁ + ‖G_p(R(x)) − x‖₁ (eq. 4-5).
  case cycle
  /// ‖G_p(x̄) − x̄‖₁ + ‖R(x) − x‖₁ (eq. 6-7).
  case content
  /// ‖R(x̄) − x̄‖₁; 0 if it does not count.
  case identity
  /// −log D_cd(x̄) − log(1 − D_cd(R(x))) (eq. 3): 1.386 where D_cd cannot tell.
  case cleanDiscriminator
  /// −log D_pd(x) − log(1 − D_pd(G_p(x̄))) (eq. 2).
  case poisonedDiscriminator

  /// Its place among the losses of a step.
  public var place: Int {
    switch self {
    case .restoring: 0
    case .poisoning: 1
    case .cycle: 2
    case .content: 3
    case .identity: 4
    case .cleanDiscriminator: 5
    case .poisonedDiscriminator: 6
    }
  }

  public var name: String {
    switch self {
    case .restoring: "restoring"
    case .poisoning: "poisoning"
    case .cycle: "cycle"
    case .content: "content"
    case .identity: "identity"
    case .cleanDiscriminator: "D clean"
    case .poisonedDiscriminator: "D poisoned"
    }
  }
}
