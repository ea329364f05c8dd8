import CPUBackend
import ComputeBackend

/// Finds devices and makes their backends; the one place above the backends that knows them.
public enum Devices {
  /// Makes the backend that `specification` names: `auto` or `cpu`.
  ///
  /// - Throws: `BackendError.noDevice` when there is no such device.
  public static func make(
    _ specification: String, options: DeviceOptions = DeviceOptions()
  ) throws -> any ComputeBackend {
    switch specification {
    case "auto", "cpu": return try CPUBackend(threads: options.threads)
    default:
      throw BackendError.noDevice(requested: specification, advice: "use one of auto, cpu")
    }
  }

  /// All devices that `make` can have.
  public static func list() throws -> [DeviceDescription] {
    [try CPUBackend(threads: 1).description]
  }
}
