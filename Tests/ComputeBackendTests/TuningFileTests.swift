import ComputeBackend
import Devices
import Foundation
import OpenCLBackend
import Testing
import TestSupport

/// What `elixir-gpu tune` leaves behind.
@Suite struct TuningFileTests {
  private static let geometry = Conv2DGeometry(
    batch: 1, inputHeight: 8, inputWidth: 8, inputChannels: 16, outputChannels: 16,
    kernelHeight: 3, kernelWidth: 3, stride: 1, padding: .symmetric(1))
  private static let table = ConvolutionTable([
    .init(key: .init(geometry, .forward), algorithm: .direct)
  ])

  private func file(in folder: TemporaryFolder, driver: String = "one") throws -> TuningFile {
    let device = DeviceDescription(
      identifier: "opencl:1", name: "A/device (1)", driver: driver, units: 1, memory: 1)
    return try #require(TuningFile(for: device, environment: ["XDG_CACHE_HOME": folder.path]))
  }

  @Test func filesBelongToADeviceAndItsDriver() throws {
    let folder = try TemporaryFolder()
    #expect(try file(in: folder).load() == nil)
    for layout in [nil] + KernelLayoutTable.entries.map(\.layout) {
      let measurements = TuningMeasurements(convolutions: Self.table, layout: layout)
      try file(in: folder).save(measurements)
      #expect(try file(in: folder).load() == measurements)
      #expect(try file(in: folder, driver: "two").load() == nil)
    }
    #expect(try folder.entries("elixir-gpu") == ["tuning-opencl-A-device--1-.json"])
  }

  /// The first version had neither number nor layout.
  @Test func olderFilesAreReadAndLaterOnesRefused() throws {
    let folder = try TemporaryFolder()
    let file = try file(in: folder)
    try file.save(TuningMeasurements(convolutions: Self.table))
    let name = "elixir-gpu/tuning-opencl-A-device--1-.json"
    let text = String(decoding: try folder.read(name), as: UTF8.self)
    let number = "\"version\" : 2"
    let parts = text.components(separatedBy: number)
    #expect(parts.count == 2)
    try folder.write(Array(parts.joined(separator: "\"other\" : 0").utf8), to: name)
    #expect(try file.load()?.convolutions == Self.table)
    try folder.write(Array(parts.joined(separator: "\"version\" : 3").utf8), to: name)
    let error = #expect(throws: TuningFileError.self) { try file.load() }
    #expect(error?.problem.contains("version 3") == true)
    #expect(error?.problem.contains("run elixir-gpu tune") == true)
  }
}
