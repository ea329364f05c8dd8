import ComputeBackend

/// How a backend chooses an algorithm for a convolution.
public enum ConvolutionChoice: Sendable {
  /// By a rule that holds on most processors.
  case rule
  /// By measurements, and by the rule where there are none.
  case table(ConvolutionTable)
  /// One algorithm for all convolutions that it applies to: for tests and measurements.
  case always(ConvolutionAlgorithm)
  /// By the rule; remembers which choices there were.
  case recording(ConvolutionRecorder)

  public func algorithm(
    _ geometry: Conv2DGeometry, _ operation: ConvolutionOperation
  ) -> ConvolutionAlgorithm {
    switch self {
    case .rule: break
    case .table(let table):
      if let measured = table[geometry, operation] { return measured }
    case .always(let algorithm): return algorithm.applies(to: geometry) ? algorithm : .direct
    case .recording(let recorder): recorder.add(geometry, operation)
    }
    return .usuallyFastest(geometry, operation)
  }
}
