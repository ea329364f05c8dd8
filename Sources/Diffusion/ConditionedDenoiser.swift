import Autograd
import Models

/// A network that knows classes, told those of the images of one batch.
public struct ConditionedDenoiser: Denoiser {
  public let network: UNet2DModel
  /// One for each image.
  public let labels: [Int]

  /// - Precondition: The network has a table of classes that holds all labels.
  public init(_ network: UNet2DModel, labels: [Int]) {
    guard case .table(let classes)? = network.configuration.classEmbedding,
      labels.allSatisfy({ (0..<classes).contains($0) })
    else { preconditionFailure("ConditionedDenoiser: the network does not know classes \(labels)") }
    self.network = network
    self.labels = labels
  }

  public var imageChannels: Int { network.imageChannels }
  public var outputChannels: Int { network.outputChannels }

  public func predict(_ sample: Tensor, timestep: Float) -> Tensor {
    precondition(
      sample.shape[0] == labels.count,
      "ConditionedDenoiser: \(labels.count) labels for images \(sample.shape)")
    return network(
      sample, timesteps: [timestep], condition: .labels(labels.map { Float($0) }))
  }
}
