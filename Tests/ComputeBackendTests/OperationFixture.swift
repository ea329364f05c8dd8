import Checkpoints
import ComputeBackend
import Testing
import TestSupport

/// One operation of `ops.safetensors`, its tensors brought to a device as `[N, H, W, C]`.
struct OperationFixture {
  private struct Settings: Decodable {
    var stride: Int?
    var pad: Int?
    var kernel: Int?
    var groups: Int?
    var eps: Float?
    var scale: Float?
  }

  private let name: String
  private let device: TestDevice
  private let file: SafetensorsFile
  private let settings: Settings?

  init(_ name: String, on device: TestDevice) throws {
    self.name = name
    self.device = device
    file = try SafetensorsFile(Fixtures.url("ops.safetensors"))
    settings = try Fixtures.json("ops.json", as: [String: Settings].self)[name]
  }

  func integer(_ setting: String) throws -> Int {
    let settings = try #require(settings)
    let integers = [
      "stride": settings.stride, "pad": settings.pad, "kernel": settings.kernel,
      "groups": settings.groups,
    ]
    return try #require(integers[setting] ?? nil)
  }

  func number(_ setting: String) throws -> Float {
    let settings = try #require(settings)
    return try #require(setting == "eps" ? settings.eps : settings.scale)
  }

  func contains(_ tensor: String) -> Bool { file.contains("\(name).\(tensor)") }

  /// As PyTorch has it: `[N, C, H, W]`.
  func shape(_ tensor: String) throws -> [Int] { try #require(file.shape("\(name).\(tensor)")) }

  func numbers(_ tensor: String) throws -> [Float] { try file.floats("\(name).\(tensor)") }

  func values(_ tensor: String) throws -> BufferSlice { upload(try numbers(tensor)) }

  func images(_ tensor: String) throws -> BufferSlice {
    upload(Layout.channelsLast(try numbers(tensor), shape: try shape(tensor)))
  }

  func output(_ count: Int) -> BufferSlice { device.backend.makeBuffer(count: count)[count] }

  func expectValues(
    _ actual: BufferSlice, _ tensor: String, _ closeness: Closeness,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    expectClose(
      try device.backend.downloadFloats(actual), try numbers(tensor), closeness,
      "\(device.name), \(name).\(tensor)", sourceLocation: sourceLocation)
  }

  func expectImages(
    _ actual: BufferSlice, _ tensor: String, _ closeness: Closeness,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    expectClose(
      try device.backend.downloadFloats(actual),
      Layout.channelsLast(try numbers(tensor), shape: try shape(tensor)), closeness,
      "\(device.name), \(name).\(tensor)", sourceLocation: sourceLocation)
  }

  private func upload(_ values: [Float]) -> BufferSlice {
    let slice = output(values.count)
    device.backend.upload(values, to: slice)
    return slice
  }
}
