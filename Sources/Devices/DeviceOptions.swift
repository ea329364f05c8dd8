import ComputeBackend
import ConvolutionAlgorithms

/// Choices that concern devices in general; each device uses those that apply to it.
public struct DeviceOptions: Sendable {
  /// Threads of the CPU backend; `nil` for all cores.
  public var threads: Int?
  /// A folder of `.cl` files to use instead of those in the program.
  public var kernelDirectory: String?
  /// In which numbers the CPU backend multiplies by weights.
  public var precision: Precision
  /// How convolutions choose their algorithm; `nil` for the device's tuning file, if there is one.
  public var convolutions: ConvolutionChoice?
  /// How kernels are laid out; `nil` for the device's tuning file, or without one its table.
  public var layout: DeviceLayout?

  public init(
    threads: Int? = nil, kernelDirectory: String? = nil, precision: Precision = .float32,
    convolutions: ConvolutionChoice? = nil, layout: DeviceLayout? = nil
  ) {
    self.layout = layout
    self.precision = precision
    self.threads = threads
    self.kernelDirectory = kernelDirectory
    self.convolutions = convolutions
  }
}
