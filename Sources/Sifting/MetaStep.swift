import Autograd
import ComputeBackend
import NeuralNet

/// One step of Meta-Sift on a batch of n samples: virtual update, gradient sampling, meta-update of
/// ψ, and the gradients of the actual update (Meta-Sift, Algorithm 1).
///
/// With losses L at θ and weights v = S(L; ψ):
///
///     θ′ = θ − α·(1/n) Σ vᵢ∇Lᵢ                                   (eqs. 13, 14)
///     J  = (1/n) Σ (1 − S(L′ᵢ; ψ))·L′ᵢ   at θ′                   (eq. 11)
///     ψ̂ = ψ + β·∂J/∂ψ
///     g  = (1/n) Σ S(Lᵢ; ψ̂)·∇Lᵢ                                  (eq. 17)
///
/// The losses count as constants where S takes them. ψ moves J also by way of θ′:
///
///     ∂J/∂ψ = −(1/n) Σ ∂S(L′ᵢ)/∂ψ·L′ᵢ − (α/n) Σ ∂S(Lⱼ)/∂ψ·⟨u, ∇Lⱼ⟩,   u = ∂J/∂θ′,
///
/// where u is kept for the sampled tensors only. The brackets of all j are one Jacobian-vector
/// product, [L(θ + hu) − L(θ − hu)] / 2h: two passes without a tape, with the batch's statistics as
/// in training, instead of a gradient of gradients. (Equation 11 maximizes; equation 16 is printed
/// as a descent.)
package struct MetaStep {
  /// θ, which the arena trains.
  package let network: any Module
  package let model: ParameterArena
  /// ψ.
  package let weighting: ParameterArena
  /// The batch's losses `[n]` at the present θ.
  package let losses: () -> Tensor
  /// S `[n]` at the present ψ, of losses `[n]`.
  package let weights: (_ losses: Tensor) -> Tensor
  /// α.
  package let virtualRate: Float
  /// β.
  package let metaRate: Float
  /// Divides weights by their sum in the batch instead of n, as the released code does.
  package let normalizes: Bool
  /// By tensor of the model, whether ψ feels what its weights do to it.
  package let isSampled: [Bool]

  /// Length of hu, far above the rounding of losses, 10⁻⁷, and small beside the weights.
  private static let differenceLength: Float = 0.01
  /// Below this sum the released code leaves weights as they are.
  private static let smallestSum: Float = 1e-4

  package init(
    network: any Module, model: ParameterArena, weighting: ParameterArena, virtualRate: Float,
    metaRate: Float, normalizes: Bool = false, isSampled: [Bool],
    losses: @escaping () -> Tensor, weights: @escaping (_ losses: Tensor) -> Tensor
  ) {
    precondition(
      isSampled.count == model.parameters.count,
      "MetaStep: \(isSampled.count) choices for \(model.parameters.count) tensors")
    self.network = network
    self.model = model
    self.weighting = weighting
    self.virtualRate = virtualRate
    self.metaRate = metaRate
    self.normalizes = normalizes
    self.isSampled = isSampled
    self.losses = losses
    self.weights = weights
  }

  /// Moves ψ and stores the gradients of θ in the model's arena; returns the mean loss `[1]`.
  ///
  /// The running statistics of the network are those of its pass at θ.
  package func callAsFunction() throws -> Tensor {
    let present = losses()
    try updateWeighting(try metaGradients(present: present))
    let kept = try withoutGradient { try shares(weights(present.detached())) }
    model.store(gradient(of: present, wrt: model.variables, upstream: kept))
    return present.detached().mean()
  }

  /// ∂J/∂ψ, a tensor for each of ψ's.
  ///
  /// - Parameter present: L, recorded at θ.
  package func metaGradients(present: Tensor) throws -> [Tensor] {
    let constant = present.detached()
    let (virtual, product) = try network.keepingStatistics {
      try virtualLosses(
        present, shares: try withoutGradient { try shares(weights(constant)) })
    }
    let kept = try shares(weights(constant))
    let rejected = try shares(1 - weights(virtual))
    let objective = (rejected * virtual).sum() + (kept * product).sum() * -virtualRate
    return gradient(of: objective, wrt: weighting.variables)
  }

  /// L′ at θ′, and ⟨u, ∇L⟩ at θ, both `[n]`.
  private func virtualLosses(
    _ present: Tensor, shares kept: Tensor
  ) throws -> (losses: Tensor, product: Tensor) {
    model.store(gradient(of: present, wrt: model.variables, upstream: kept))
    let moved = movedWeights(by: -virtualRate)
    let virtual = try model.withVariables(moved) {
      let virtual = losses()
      let rejected = try withoutGradient { try shares(1 - weights(virtual.detached())) }
      let sampled = zip(model.variables, isSampled).filter { $0.1 }.map { $0.0 }
      var slopes = gradient(of: virtual, wrt: sampled, upstream: rejected)[...]
      model.store(
        zip(model.variables, isSampled).map { variable, isSampled in
          isSampled ? slopes.removeFirst() : .zeros(variable.shape, on: model.backend)
        })
      return virtual.detached()
    }
    return (virtual, try derivative(like: virtual))
  }

  /// The losses' derivative along what the model's arena holds as gradients, `[n]`.
  private func derivative(like losses: Tensor) throws -> Tensor {
    let length = try model.gradientNorm().item()
    guard length > 0 else { return .zeros(losses.shape, on: losses.backend) }
    let step = Self.differenceLength / length
    func moved(by step: Float) -> Tensor {
      model.withConstants(movedWeights(by: step)) { withoutGradient { self.losses() } }
    }
    return withoutGradient {
      affineSum([(0.5 / step, moved(by: step)), (-0.5 / step, moved(by: -step))])
    }
  }

  /// θ + factor·g in a new buffer, g being what the arena holds as gradients.
  private func movedWeights(by factor: Float) -> BufferSlice {
    let result = model.backend.makeBuffer(count: model.count)[model.count]
    model.backend.affineSum(
      [(coefficient: 1, slice: model.weights), (coefficient: factor, slice: model.gradients)],
      into: result)
    return result
  }

  /// ψ + β∂J/∂ψ.
  private func updateWeighting(_ gradients: [Tensor]) throws {
    weighting.store(gradients)
    weighting.backend.affineSum(
      [
        (coefficient: 1, slice: weighting.weights),
        (coefficient: metaRate, slice: weighting.gradients),
      ], into: weighting.weights)
  }

  /// Weights `[n]` as shares of the batch: divided by n, or by their sum.
  private func shares(_ weights: Tensor) throws -> Tensor {
    guard normalizes else { return weights / Float(weights.count) }
    let sum = weights.sum()
    guard try sum.item() >= Self.smallestSum else { return weights }
    return weights.combined(
      .divide, sum, shape: BlockShape(outer: weights.count, inner: 1), axes: .inner)
  }
}
