import Autograd

/// A network that predicts from a noisy image what the schedule's `Prediction` says.
public protocol Denoiser {
  /// Channels of the images.
  var imageChannels: Int { get }
  /// The images' channels, or twice as many where the variance is learned.
  var outputChannels: Int { get }
  /// `[N, H, W, imageChannels]` in [−1, 1] plus noise → `[N, H, W, outputChannels]`.
  func predict(_ sample: Tensor, timestep: Float) -> Tensor
}
