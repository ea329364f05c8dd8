import Autograd
import ComputeBackend
import Models
import NeuralNet

/// Gradients of a surrogate's cross entropy at images in gray levels 0 to 255.
///
/// Batch normalization uses its running statistics. Gradients for weights θ are flat, laid out as
/// the parameter arena.
package final class SurrogateGradients {
  package let network: any Classifier
  package let arena: ParameterArena

  /// - Parameter network: its weights become variables of an arena, and stay as they are.
  package init(_ network: any Classifier) {
    network.setTraining(false)
    self.network = network
    arena = ParameterArena(network.parameters.weights)
  }

  var backend: any ComputeBackend { arena.backend }

  /// Σ L(f(x), y) over images `[N, H, W, C]`, `[1]`.
  package func loss(_ images: Tensor, labels: [Int32]) -> Tensor {
    let normalized = network.configuration.normalization.normalize(images, range: 0...255)
    let labels = IndexTensor(labels, shape: [labels.count], on: backend)
    return softmaxCrossEntropy(network.logits(normalized), labels: labels).sum()
  }

  /// Σ ∇θ L over batches of samples, flat.
  package func parameters(
    _ batches: [Range<Int>], _ loss: (_ batch: Range<Int>) throws -> Tensor
  ) rethrows -> Tensor {
    for (position, batch) in batches.enumerated() {
      arena.backpropagate(try loss(batch), accumulating: position > 0)
    }
    return stored()
  }

  /// ∇θ L with the graph that `mixed` differentiates, by parameter.
  package func differentiable(_ loss: Tensor) -> [Tensor] {
    gradient(of: loss, wrt: arena.variables, createGraph: true)
  }

  /// Gradients by parameter, flat.
  func flat(_ gradients: [Tensor]) -> Tensor {
    arena.store(gradients)
    return stored()
  }

  /// ∇x ⟨∇θ L(x), u⟩ for a flat u, exact: the gradient itself is differentiated.
  package func mixed(
    _ gradients: [Tensor], along direction: Tensor, wrt images: Tensor
  ) -> Tensor {
    let products = zip(gradients, arena.tensors(in: direction.slice)).map { ($0 * $1).sum() }
    return gradient(of: affineSum(products.map { (1, $0) }), wrt: [images])[0]
  }

  private func stored() -> Tensor {
    let copy = Tensor.empty([arena.count], on: backend)
    backend.copy(arena.gradients, into: copy.slice)
    return copy
  }
}

/// cos(t, G), and the unit vector along which G's movement raises it most.
///
/// ∂cos/∂G = (t̂ − cos·Ĝ) / ‖G‖, with t̂ and Ĝ of length 1.
package func cosineAndAscent(
  _ gradient: Tensor, target: Tensor
) -> (cosine: Tensor, ascent: Tensor) {
  let (unit, targetUnit) = (gradient.unit(), target.unit())
  let cosine = (unit * targetUnit).sum()
  return (cosine, (targetUnit - unit.scaled(by: cosine)).unit())
}

extension Tensor {
  /// This vector divided by its length.
  fileprivate func unit() -> Tensor {
    scaled(by: (self * self).sum().reciprocalSquareRoot())
  }

  /// x·s with s `[1]`.
  fileprivate func scaled(by scalar: Tensor) -> Tensor {
    combined(.multiply, scalar, shape: BlockShape(inner: count), axes: [])
  }
}
