import Autograd
import ComputeBackend
import Models

extension UNet2DModel: Denoiser {
  public var imageChannels: Int { configuration.inputChannels }
  public var outputChannels: Int { configuration.outputChannels }

  /// In several calls where one would have more work than the device needs: with
  /// google/ddpm-cifar10-32 on two threads 32 images then take 340 MiB instead of 513.
  public func predict(_ sample: Tensor, timestep: Float) -> Tensor {
    guard sample.backend.sufficientFlops < .max, sample.shape[0] > 1 else {
      return predict(sample, timestep: timestep, parts: 1)
    }
    let flops = flops(batch: sample.shape[0], height: sample.shape[1], width: sample.shape[2])
    let parts = (flops - 1) / sample.backend.sufficientFlops + 1
    return predict(sample, timestep: timestep, parts: min(parts, sample.shape[0]))
  }

  /// In `parts` calls of about equal size.
  package func predict(_ sample: Tensor, timestep: Float, parts: Int) -> Tensor {
    let count = sample.shape[0]
    guard parts > 1 else { return self(sample, timesteps: [timestep]) }
    return concatenateRows(
      (0..<parts).map {
        self(sample.rows(count * $0 / parts..<count * ($0 + 1) / parts), timesteps: [timestep])
      })
  }
}
