import Autograd
import ComputeBackend
import Datasets
import Models

/// Moves images along the mark of their class in the features of a network ("Radioactive data:
/// tracing through training", Sablayrolles et al., 2020, equation 7).
///
/// For an image x of class i it minimises, over ‖x̃ − x‖∞ ≤ ε in whole pixel values 0 to 255,
///
///     −⟨φ(v(x̃)) − φ(x), uᵢ⟩ + λ₁‖φ(v(x̃)) − φ(x)‖ + λ₂‖x̃ − x‖²
///
/// by plain gradient descent, v being a new random view in each iteration. As in the authors' own
/// program φ(x) is of the whole image. Each sample's loss is its own, so that results do not depend
/// on which samples are marked together.
public struct RadioactiveMarker {
  public let recipe: MarkingRecipe
  public let marks: RadioactiveMarks
  private let network: any Classifier
  private let backend: any ComputeBackend

  /// Marked images, and how far each one's features moved.
  public struct Result: Sendable {
    /// Bytes `[N, H, W, C]`.
    public var images: [UInt8]
    /// ⟨φ(x̃) − φ(x), u⟩ of the whole images, `[N]`.
    public var shifts: [Float]
    /// ‖φ(x̃) − φ(x)‖ of the whole images, `[N]`.
    public var lengths: [Float]
  }

  /// - Parameter network: is copied, and used as it is in evaluation.
  public init(_ network: any Classifier, marks: RadioactiveMarks, recipe: MarkingRecipe) throws {
    precondition(
      network.configuration.featureCount == marks.featureCount,
      "RadioactiveMarker: marks of \(marks.featureCount) features for a network of "
        + "\(network.configuration.featureCount)")
    backend = network.backend
    self.network = try network.inferenceCopy()
    self.marks = marks
    self.recipe = recipe
  }

  /// Marks images.
  ///
  /// - Parameters:
  ///   - images: bytes `[N, H, W, C]`.
  ///   - samples: their numbers in the dataset, which key the random views.
  ///   - labels: their classes.
  public func mark(
    _ images: [UInt8], shape: ImageShape, samples: [Int], labels: [Int32]
  ) throws -> Result {
    precondition(
      images.count == samples.count * shape.byteCount && labels.count == samples.count,
      "RadioactiveMarker: \(images.count) bytes, \(samples.count) samples, \(labels.count) labels")
    let original = Tensor(
      bytes: images, shape: [samples.count, shape.height, shape.width, shape.channels],
      on: backend)
    let goal = Goal(
      original: normalized(original), features: features(normalized(original)),
      directions: Tensor(
        labels.flatMap { marks[Int($0)] }, shape: [samples.count, marks.featureCount], on: backend))
    let radius = Float(recipe.epsilon)
    let lower = (original - radius).clamped(0, 255)
    let upper = (original + radius).clamped(0, 255)
    // A step of the rate in normalised units, seen in pixel values.
    let step = Tensor(
      network.configuration.normalization.standardDeviation.map { 255 * recipe.learningRate * $0 },
      shape: [shape.channels], on: backend)
    var marked = original
    for iteration in 0..<recipe.iterations {
      let slope = slope(at: normalized(marked), goal, samples: samples, iteration: iteration)
      marked = (marked - slope.multiplying(step, over: .inner)).limited(lower, upper)
      if (iteration + 1) % 10 == 0 || iteration + 1 == recipe.iterations {
        marked = marked.roundedToByte()
      }
    }
    let moved = features(normalized(marked)) - goal.features
    let pixels = try marked.values()
    guard pixels.allSatisfy(\.isFinite) else {
      throw TracingError.uselessFeatures(role: .marking)
    }
    return Result(
      images: pixels.map { UInt8($0) },
      shifts: try (moved * goal.directions).summedRows().values(),
      lengths: try moved.square().summedRows().squareRoot().values())
  }

  /// What the changed images are compared with.
  private struct Goal {
    /// x, normalised, `[N, H, W, C]`.
    var original: Tensor
    /// φ(x), `[N, featureCount]`.
    var features: Tensor
    /// u of each sample's class, `[N, featureCount]`.
    var directions: Tensor
  }

  /// The gradient of each sample's loss by its normalised image.
  private func slope(at x: Tensor, _ goal: Goal, samples: [Int], iteration: Int) -> Tensor {
    let image = x.variable()
    let view = recipe.view.applied(
      to: image, seed: recipe.seed, samples: samples, iteration: iteration)
    let shift = network.features(view) - goal.features
    let along = (shift * goal.directions).sum()
    // The root has no derivative at 0, where an unchanged image is.
    let length = (shift.square().summedRows() + 1e-12).squareRoot().sum()
    let change = (image - goal.original).square().sum()
    let loss = affineSum([
      (-1, along), (recipe.featurePenalty, length), (recipe.imagePenalty, change),
    ])
    return gradient(of: loss, wrt: [image])[0]
  }

  private func normalized(_ bytes: Tensor) -> Tensor {
    network.configuration.normalization.normalize(bytes, range: 0...255)
  }

  private func features(_ x: Tensor) -> Tensor { withoutGradient { network.features(x) } }
}

extension Tensor {
  /// Σ over the last axis of `[N, D]`: `[N]`.
  fileprivate func summedRows() -> Tensor {
    reduced(.sum, shape: block, keeping: .outer, resultShape: [shape[0]])
  }

  /// The nearest whole number of each pixel value in 0 to 255; halves go up.
  fileprivate func roundedToByte() -> Tensor {
    affine(scale: 1 / 127.5, offset: 0.5 / 127.5 - 1).quantizedToByte()
  }
}
