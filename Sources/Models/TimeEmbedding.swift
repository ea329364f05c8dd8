import Autograd
import ComputeBackend
import NeuralNet

/// Turns time steps into the vectors that residual blocks take: embedding, linear, SiLU, linear.
final class TimeEmbedding: Module {
  private enum Source {
    case positional
    /// Random frequencies, fixed at initialisation.
    case fourier(Parameter, frequencies: [Float])
    case learned(Parameter)
  }

  private let source: Source
  private let linear1: Linear
  private let linear2: Linear
  private let configuration: UNet2DConfiguration

  init(
    _ configuration: UNet2DConfiguration, from weights: any WeightSource
  ) throws {
    let width = configuration.blockOutputChannels[0]
    self.configuration = configuration
    switch configuration.timeEmbeddingType {
    case .positional: source = .positional
    case .fourier:
      let frequencies = try Parameter(
        "time_proj.weight", shape: [width], from: weights,
        initializer: .normal(standardDeviation: 16), isBuffer: true)
      source = .fourier(frequencies, frequencies: try frequencies.value.values())
    case .learned:
      source = .learned(
        try Parameter(
          "time_proj.weight", shape: [configuration.trainingTimesteps ?? 0, width], from: weights,
          initializer: .normal(standardDeviation: 1)))
    }
    linear1 = try Linear(
      "time_embedding.linear_1", inputs: configuration.timeInputWidth,
      outputs: configuration.timeWidth,
      from: weights)
    linear2 = try Linear(
      "time_embedding.linear_2", inputs: configuration.timeWidth, outputs: configuration.timeWidth,
      from: weights)
  }

  func collectParameters(into list: inout ParameterList) {
    switch source {
    case .positional: break
    case .fourier(let table, _), .learned(let table): list.append(table)
    }
    linear1.collectParameters(into: &list)
    linear2.collectParameters(into: &list)
  }

  /// Embeddings `[steps, timeWidth]`, not yet activated.
  func callAsFunction(_ timesteps: [Float], trace: UNet2DModel.Trace?) -> Tensor {
    let rows = projected(timesteps)
    trace?("time_proj", rows)
    let embedding = linear2(linear1(rows, activation: .silu))
    trace?("time_embedding", embedding)
    return embedding
  }

  /// What the first layer takes, `[steps, timeInputWidth]`.
  func projected(_ timesteps: [Float]) -> Tensor {
    let width = configuration.timeInputWidth
    switch source {
    case .positional:
      let rows = SinusoidalEmbedding.rows(
        timesteps, width: width, flipsSineToCosine: configuration.flipsSineToCosine,
        frequencyShift: configuration.frequencyShift)
      return Tensor(rows, shape: [timesteps.count, width], on: backend)
    case .fourier(_, let frequencies):
      let rows = SinusoidalEmbedding.fourierRows(timesteps, frequencies: frequencies)
      return Tensor(rows, shape: [timesteps.count, width], on: backend)
    case .learned(let table):
      let count = table.value.shape[0]
      let indices = timesteps.map { step in
        precondition(
          step >= 0 && step < Float(count), "UNet2DModel: time step \(step) of \(count) learned")
        return Int32(step)
      }
      return table.value.gatheredRows(
        IndexTensor(indices, shape: [indices.count], on: backend))
    }
  }
}
