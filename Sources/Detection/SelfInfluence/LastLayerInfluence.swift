import Foundation

/// The influence of a sample on its own loss (Koh and Liang, 2017), through the last layer alone
/// and with the identity for the Hessian: the squared length of the loss's gradient there.
package enum LastLayerInfluence {
  /// ‖p − e_y‖²·(‖h‖² + 1), where p is the softmax of the scores and 1 stands for the bias.
  ///
  /// - Parameters:
  ///   - logits: `[K]`.
  ///   - features: `[d]`, what the last layer takes.
  package static func value(
    logits: some Collection<Float>, features: some Sequence<Float>, label: Int
  ) -> Double {
    let greatest = Double(logits.max() ?? 0)
    let weights = logits.map { exp(Double($0) - greatest) }
    let total = weights.reduce(0, +)
    let residual = weights.enumerated().reduce(0.0) { sum, entry in
      let difference = entry.element / total - (entry.offset == label ? 1 : 0)
      return sum + difference * difference
    }
    return residual * features.reduce(1) { $0 + Double($1) * Double($1) }
  }
}
