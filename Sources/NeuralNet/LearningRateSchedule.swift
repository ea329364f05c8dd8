import Foundation

/// How the learning rate changes over the steps of training, as a factor of the base rate.
public enum LearningRateSchedule: Sendable, Hashable {
  case constant
  /// Rises linearly over `warmup` steps, then falls to 0 at `total` along half a cosine.
  case cosine(total: Int, warmup: Int)
  /// Multiplied by `gamma` at each milestone step.
  case multiStep(milestones: [Int], gamma: Float)

  /// The factor at a step, counted from 0.
  public func factor(step: Int) -> Float {
    switch self {
    case .constant: return 1
    case .cosine(let total, let warmup):
      if step < warmup { return Float(step + 1) / Float(warmup) }
      let progress = Float(step - warmup) / Float(max(total - warmup, 1))
      return 0.5 * (1 + cos(Float.pi * min(progress, 1)))
    case .multiStep(let milestones, let gamma):
      return milestones.reduce(1) { step >= $1 ? $0 * gamma : $0 }
    }
  }
}
