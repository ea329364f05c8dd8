import Autograd
import ComputeBackend
import Datasets
import Diffusion
import Foundation
import Models
import NeuralNet

/// What DataElixir's networks take for a dataset's images, in seconds, and for themselves on disk.
package struct NetworkTimes {
  /// A call of the denoiser, an image.
  package var denoiserPass: Double
  /// A step of the denoiser's training; 0 if one was given.
  package var denoiserStep = 0.0
  /// The victim's labels, an image.
  package var classifierPass: Double
  /// A step of the victim's training; 0 if one was given.
  package var classifierStep = 0.0
  /// All of Meta-Sift; 0 if a denoiser was given.
  package var sifting = 0.0
  /// Bytes of the files of models, and of the state of the denoiser's training.
  package var modelBytes = 0

  package init(
    denoiserPass: Double, denoiserStep: Double = 0, classifierPass: Double,
    classifierStep: Double = 0, sifting: Double = 0
  ) {
    self.denoiserPass = denoiserPass
    self.denoiserStep = denoiserStep
    self.classifierPass = classifierPass
    self.classifierStep = classifierStep
    self.sifting = sifting
  }

  /// Measures them with weights that are forgotten.
  init(_ method: DataElixir, on dataset: ImageDataset, _ stopwatch: inout Stopwatch) throws {
    let (backend, shape) = (stopwatch.backend, dataset.shape)
    let network =
      try DataElixirRun.checkedDenoiser(method, for: dataset, on: backend)?.network
      ?? UNet2DModel(OwnDenoiser.network(for: shape), seed: 0, on: backend)
    func images(_ count: Int) -> Tensor { .zeros(shape.batchShape(count), on: backend) }
    denoiserPass = try stopwatch.secondsPerImage { count in
      _ = withoutGradient { network.predict(images(count), timestep: 100) }
    }
    if method.denoiser == nil {
      // The model; and its state with averages and two moments.
      modelBytes = 5 * network.weightCount * MemoryLayout<Float>.size
      let arena = ParameterArena(network.parameters.weights)
      denoiserStep =
        Double(OwnDenoiser.batchSize)
        * (try stopwatch.secondsPerImage { count in
          let prediction = network.predict(images(count), timestep: 100)
          arena.backpropagate(prediction.mean())
        })
      sifting = try method.ownDenoiser.sift(seed: 0)
        .forecast(for: dataset, on: backend, timed: { try stopwatch.timed($0) })
    }
    let victim: any Classifier
    if let path = method.victim.model {
      victim = try ClassifierFile.load(URL(fileURLWithPath: path), on: backend)
    } else {
      (classifierStep, victim) = try stopwatch.training(method.victim.plan, on: dataset)
    }
    // Also of the run's folder.
    modelBytes += 2 * victim.weightCount * MemoryLayout<Float>.size
    let labels = try ClassifierLabels(victim, shape: shape, on: DevicePool(backend))
    classifierPass = try stopwatch.secondsPerImage { count in
      _ = try labels.labels([UInt8](repeating: 0, count: count * shape.byteCount), count: count)
    }
  }
}
