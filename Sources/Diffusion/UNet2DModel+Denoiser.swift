import Autograd
import Models

extension UNet2DModel: Denoiser {
  public var imageChannels: Int { configuration.inputChannels }
  public var outputChannels: Int { configuration.outputChannels }

  public func predict(_ sample: Tensor, timestep: Float) -> Tensor {
    self(sample, timesteps: [timestep])
  }
}
