/// The geometry of a two-dimensional convolution (cross-correlation, as in PyTorch).
public struct Conv2DGeometry: Hashable, Sendable {
  public var batch: Int
  public var inputHeight: Int
  public var inputWidth: Int
  public var inputChannels: Int
  public var outputChannels: Int
  public var kernelHeight: Int
  public var kernelWidth: Int
  public var stride: Int
  public var padding: Padding
  public var groups: Int

  /// Zero padding of the four sides, in pixels.
  public struct Padding: Hashable, Sendable {
    public var top: Int
    public var bottom: Int
    public var left: Int
    public var right: Int

    public init(top: Int, bottom: Int, left: Int, right: Int) {
      self.top = top
      self.bottom = bottom
      self.left = left
      self.right = right
    }

    /// The same on all sides.
    public static func symmetric(_ size: Int) -> Padding {
      Padding(top: size, bottom: size, left: size, right: size)
    }
  }

  public init(
    batch: Int, inputHeight: Int, inputWidth: Int, inputChannels: Int, outputChannels: Int,
    kernelHeight: Int, kernelWidth: Int, stride: Int = 1, padding: Padding = .symmetric(0),
    groups: Int = 1
  ) {
    precondition(
      stride > 0 && groups > 0 && inputChannels % groups == 0 && outputChannels % groups == 0,
      "Conv2DGeometry: \(inputChannels)→\(outputChannels) channels, \(groups) groups, "
        + "stride \(stride)")
    self.batch = batch
    self.inputHeight = inputHeight
    self.inputWidth = inputWidth
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
    self.groups = groups
    precondition(
      inputHeight + padding.top + padding.bottom >= kernelHeight
        && inputWidth + padding.left + padding.right >= kernelWidth,
      "Conv2DGeometry: a \(kernelHeight)×\(kernelWidth) kernel does not fit "
        + "\(inputHeight)×\(inputWidth)")
  }

  public var outputHeight: Int {
    (inputHeight + padding.top + padding.bottom - kernelHeight) / stride + 1
  }
  public var outputWidth: Int {
    (inputWidth + padding.left + padding.right - kernelWidth) / stride + 1
  }
  public var inputCount: Int { batch * inputHeight * inputWidth * inputChannels }
  public var outputCount: Int { batch * outputHeight * outputWidth * outputChannels }
  /// Elements of the weight `[O, kH, kW, I / groups]`.
  public var weightCount: Int {
    outputChannels * kernelHeight * kernelWidth * (inputChannels / groups)
  }
  /// Floating-point operations of one forward pass, padded taps counted.
  public var flops: Int { 2 * batch * outputHeight * outputWidth * weightCount }
}

/// The convolution triad: each one's derivatives are the other two.
public protocol ConvolutionOperations {
  /// `into` `[N, oH, oW, O]` = epilogue(input `[N, H, W, I]` ⋆ weight `[O, kH, kW, I / groups]`).
  func convolve(
    _ geometry: Conv2DGeometry, input: BufferSlice, weight: BufferSlice, epilogue: Epilogue,
    into: BufferSlice)
  /// `into` `[N, H, W, I]` from the output's gradient `[N, oH, oW, O]` and the weight.
  func convolveInputGradient(
    _ geometry: Conv2DGeometry, outputGradient: BufferSlice, weight: BufferSlice,
    into: BufferSlice)
  /// `into` `[O, kH, kW, I / groups]` from the input and the output's gradient.
  func convolveWeightGradient(
    _ geometry: Conv2DGeometry, input: BufferSlice, outputGradient: BufferSlice,
    into: BufferSlice)
}

/// One of a convolution's triad.
public enum ConvolutionOperation: String, Sendable, Codable, CaseIterable {
  case forward, inputGradient, weightGradient
}
