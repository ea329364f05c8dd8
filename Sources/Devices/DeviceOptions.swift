/// Choices that concern devices in general; each device uses those that apply to it.
public struct DeviceOptions: Sendable {
  /// Threads of the CPU backend; `nil` for all cores.
  public var threads: Int?
  /// A folder of `.cl` files to use instead of the installed ones.
  public var kernelDirectory: String?

  public init(threads: Int? = nil, kernelDirectory: String? = nil) {
    self.threads = threads
    self.kernelDirectory = kernelDirectory
  }
}
