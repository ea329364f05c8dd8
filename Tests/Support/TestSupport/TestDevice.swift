import ComputeBackend
import Devices
import Foundation
import Testing

/// A backend under test.
public struct TestDevice: Sendable, CustomTestStringConvertible {
  public let name: String
  public let backend: any ComputeBackend

  public init(_ name: String, _ backend: any ComputeBackend) {
    self.name = name
    self.backend = backend
  }

  public var testDescription: String { name }
}

/// The devices of this machine.
public enum TestDevices {
  /// A backend for each device there is: the processor, and OpenCL devices if any.
  public static let all: [TestDevice] = {
    do {
      return try Devices.list().map {
        TestDevice(
          $0.identifier,
          try Devices.make($0.identifier, options: DeviceOptions(convolutions: .rule)))
      }
    } catch {
      fatalError("TestDevices: \(error)")
    }
  }()

  /// Kinds of device that must be there.
  public static let required: [String] = Requirements.all.filter { $0 != Requirements.fixtures }

  /// Whether there is a device whose identifier begins so.
  public static func contains(_ kind: String) -> Bool { all.contains { $0.name.hasPrefix(kind) } }
}
