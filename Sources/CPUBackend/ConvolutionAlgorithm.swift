import ComputeBackend

/// The ways in which the CPU backend computes a convolution.
public enum ConvolutionAlgorithm: String, Sendable, Codable, CaseIterable {
  /// A matrix product of gathered patches.
  case direct
  /// Winograd's F(2×2, 3×3): 16 products instead of 36, errors no larger than those of `direct`.
  case winograd2
  /// Winograd's F(4×4, 3×3): 36 products instead of 144, rms errors about twice those of `direct`.
  case winograd4

  /// Pixels of a Winograd tile's side.
  var tileSize: Int? {
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

  /// What measures fastest.
  static func fastest(
    _ geometry: Conv2DGeometry, _ direction: ConvolutionDirection
  ) -> ConvolutionAlgorithm {
    guard ConvolutionAlgorithm.winograd4.applies(to: geometry),
      min(geometry.inputChannels, geometry.outputChannels) >= 16
    else { return .direct }
    let side = min(geometry.outputHeight, geometry.outputWidth)
    return side >= 12 ? .winograd4 : side >= 6 ? .winograd2 : .direct
  }
}

/// The three operations of a convolution.
public enum ConvolutionDirection: String, Sendable, Codable, CaseIterable {
  case forward, inputGradient, weightGradient
}
