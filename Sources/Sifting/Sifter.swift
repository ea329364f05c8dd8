import Autograd
import ComputeBackend
import Datasets
import Models
import NeuralNet

/// A classifier θ with the network ψ that weighs samples by their loss.
final class Sifter: Module {
  let network: any Classifier
  let weighting: WeightNetwork

  init(
    _ recipe: SifterRecipe, for images: any LabelledImages, seed: UInt64,
    on backend: any ComputeBackend
  ) {
    let channels = images.shape.channels
    let configuration = ClassifierConfiguration(
      recipe.architecture, classes: images.classCount, inputChannels: channels,
      width: recipe.width,
      normalization: InputNormalization(
        mean: [Float](repeating: 0, count: channels),
        standardDeviation: [Float](repeating: 1, count: channels)),
      imageSize: max(images.shape.height, images.shape.width))
    network = ClassifierFile.random(configuration, seed: seed, on: backend)
    weighting = WeightNetwork(isCompatible: recipe.isCompatible, seed: seed, on: backend)
  }

  /// Cross-entropies `[n]` of images `[n, H, W, C]` in [0, 1].
  func losses(_ images: Tensor, labels: IndexTensor) -> Tensor {
    softmaxCrossEntropy(network.logits(images), labels: labels)
  }

  func collectParameters(into list: inout ParameterList) {
    network.collectParameters(into: &list)
    weighting.collectParameters(into: &list)
  }
}
