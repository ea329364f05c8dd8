/// How images are changed to carry a mark; everything that the changes depend on besides images,
/// network and marks.
///
/// Penalties and learning rate are in the units of the authors' own program, whose example has
/// λ₁ 0.01, λ₂ 0.0005, rate 1 and 90 iterations: they belong to images as the network takes them,
/// normalised. The λ₁ here, between that one and the 0.5 which their program has without options,
/// keeps features of CIFAR-10's ResNet-20 from moving mostly aside: with 0.01 they went 3.1 along
/// the marks and 8.3 to 8.9 in all, with 0.3 (and whole images) 3.9 and 7.0.
public struct MarkingRecipe: Hashable, Codable, Sendable {
  /// ε: the greatest change of a pixel's channel, in 1/255.
  public var epsilon: Int
  /// Steps of gradient descent on each image; pixels are rounded after each tenth, and the last.
  public var iterations: Int
  public var learningRate: Float
  /// λ₁, of ‖φ(x̃) − φ(x)‖.
  public var featurePenalty: Float
  /// λ₂, of ‖x̃ − x‖².
  public var imagePenalty: Float
  public var view: RandomView
  public var seed: UInt64

  public init(
    epsilon: Int = 10, iterations: Int = 90, learningRate: Float = 1, featurePenalty: Float = 0.3,
    imagePenalty: Float = 0.0005, view: RandomView = RandomView(), seed: UInt64 = 0
  ) {
    precondition(
      (1...255).contains(epsilon) && iterations > 0 && learningRate > 0,
      "MarkingRecipe: ε \(epsilon), \(iterations) iterations, rate \(learningRate)")
    self.epsilon = epsilon
    self.iterations = iterations
    self.learningRate = learningRate
    self.featurePenalty = featurePenalty
    self.imagePenalty = imagePenalty
    self.view = view
    self.seed = seed
  }
}
