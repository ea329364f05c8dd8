internal import OpenCLBackend

/// How a device's kernels are laid out, as a whole: to be measured, stored and asked for again.
public struct DeviceLayout: Sendable, Hashable, CustomStringConvertible {
  let kernels: KernelLayout

  init(_ kernels: KernelLayout) { self.kernels = kernels }

  public var description: String { kernels.description }
}

extension DeviceLayout: Codable {
  public init(from decoder: any Decoder) throws { kernels = try KernelLayout(from: decoder) }

  public func encode(to encoder: any Encoder) throws { try kernels.encode(to: encoder) }
}
