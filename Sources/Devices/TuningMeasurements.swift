import ComputeBackend
import ConvolutionAlgorithms

/// What `elixir-gpu tune` found on a device.
public struct TuningMeasurements: Sendable, Equatable {
  public var convolutions: ConvolutionTable
  /// `nil` where kernels have one layout, or none was measured.
  public var layout: DeviceLayout?

  public init(
    convolutions: ConvolutionTable = ConvolutionTable([]), layout: DeviceLayout? = nil
  ) {
    self.convolutions = convolutions
    self.layout = layout
  }

  var choice: ConvolutionChoice { convolutions.entries.isEmpty ? .rule : .table(convolutions) }
}
