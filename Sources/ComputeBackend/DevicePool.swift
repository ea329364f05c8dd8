/// Devices that share work by samples; the first also does what cannot be shared, such as training.
///
/// A sample's result must not depend on which of them computes it. So that it does not in the last
/// bit, they should be of one kind.
public struct DevicePool: Sendable {
  /// At least one, each with its own memory and queue.
  public let backends: [any ComputeBackend]

  public init(_ backends: [any ComputeBackend]) {
    precondition(!backends.isEmpty, "DevicePool: no backend")
    self.backends = backends
  }

  public init(_ backend: any ComputeBackend) { backends = [backend] }

  public var first: any ComputeBackend { backends[0] }

  /// What results depend on: the first device's kind, then those of the others that differ.
  public var kinds: [String] {
    var kinds: [String] = []
    for backend in backends where !kinds.contains(backend.description.kind) {
      kinds.append(backend.description.kind)
    }
    return kinds.prefix(1) + kinds.dropFirst().sorted()
  }

  /// One line with all devices, such as `opencl:0: NVIDIA H200; opencl:1: NVIDIA H200`.
  public var label: String { backends.map(\.description.label).joined(separator: "; ") }
}

extension DeviceDescription {
  /// Equal for devices that compute the same numbers, such as GPUs of one model with one driver.
  public var kind: String {
    identifier.hasPrefix("opencl") ? "opencl: \(name), \(driver)" : identifier
  }
}
