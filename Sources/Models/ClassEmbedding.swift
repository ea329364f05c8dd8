import Autograd
import ComputeBackend
import NeuralNet

/// What a network is told of the images' classes, one for each image.
public enum ClassCondition {
  /// Numbers of classes, or what a model of `class_embed_type` timestep takes.
  case labels([Float])
  /// Vectors `[N, timeWidth]` for a model of `class_embed_type` identity.
  case vectors(Tensor)
}

/// Turns classes into vectors that are added to the time embedding.
final class ClassEmbedding: Module {
  private enum Source {
    case table(Embedding)
    case timestep(Linear, Linear)
    case identity
  }

  private let source: Source
  private let configuration: UNet2DConfiguration

  init(
    _ embedding: UNet2DConfiguration.ClassEmbedding, _ configuration: UNet2DConfiguration,
    from weights: any WeightSource
  ) throws {
    self.configuration = configuration
    let width = configuration.timeWidth
    switch embedding {
    case .table(let classes):
      source = .table(
        try Embedding("class_embedding", count: classes, dimension: width, from: weights))
    case .timestep:
      source = .timestep(
        try Linear(
          "class_embedding.linear_1", inputs: configuration.timeInputWidth, outputs: width,
          from: weights),
        try Linear("class_embedding.linear_2", inputs: width, outputs: width, from: weights))
    case .identity: source = .identity
    }
  }

  func collectParameters(into list: inout ParameterList) {
    switch source {
    case .table(let table): table.collectParameters(into: &list)
    case .timestep(let first, let second):
      first.collectParameters(into: &list)
      second.collectParameters(into: &list)
    case .identity: break
    }
  }

  /// Vectors `[N, timeWidth]`.
  ///
  /// - Parameter project: what makes vectors of time steps.
  func callAsFunction(
    _ condition: ClassCondition, project: ([Float]) -> Tensor, on backend: any ComputeBackend
  ) -> Tensor {
    switch (source, condition) {
    case (.table(let table), .labels(let labels)):
      let count = Float(table.weight.value.shape[0])
      precondition(
        labels.allSatisfy { $0 >= 0 && $0 < count }, "ClassEmbedding: labels beyond \(count)")
      return table(IndexTensor(labels.map { Int32($0) }, shape: [labels.count], on: backend))
    case (.timestep(let first, let second), .labels(let labels)):
      return second(first(project(labels), activation: .silu))
    case (.identity, .vectors(let vectors)): return vectors
    default: preconditionFailure("ClassEmbedding: \(condition) does not go with the network")
    }
  }
}
