import ComputeBackend

/// The ways in which backends compute a convolution.
public enum ConvolutionAlgorithm: String, Sendable, Codable, CaseIterable {
  /// A product of patches and weights.
  case direct
  /// Winograd's F(2×2, 3×3): 16 products instead of 36, errors no larger than those of `direct`.
  case winograd2
  /// Winograd's F(4×4, 3×3): 36 products instead of 144, rms errors about twice those of `direct`.
  case winograd4

  /// Pixels of a Winograd tile's side.
  public var tileSize: Int? {
    switch self {
    case .direct: nil
    case .winograd2: 2
    case .winograd4: 4
    }
  }

  /// Whether it can compute the convolution; `direct` can compute any.
  public func applies(to geometry: Conv2DGeometry) -> Bool {
    self == .direct
      || geometry.kernelHeight == 3 && geometry.kernelWidth == 3 && geometry.stride == 1
        && geometry.groups == 1
  }

  /// What is faster as a rule, by the geometry without the batch, so that a sample's result does
  /// not depend on the others.
  ///
  /// Small maps fill few tiles. For the forward pass F(2×2) serves them better: weights of F(4×4)
  /// are four times larger, which small batches feel.
  public static func usuallyFastest(
    _ geometry: Conv2DGeometry, _ operation: ConvolutionOperation
  ) -> ConvolutionAlgorithm {
    let read = operation == .inputGradient ? geometry.outputChannels : geometry.inputChannels
    guard ConvolutionAlgorithm.winograd4.applies(to: geometry), read >= 16 else { return .direct }
    let side = min(geometry.outputHeight, geometry.outputWidth)
    if side < 3 { return .direct }
    return side >= (operation == .forward ? 12 : 4) ? .winograd4 : .winograd2
  }
}
