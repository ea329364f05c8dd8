import ComputeBackend
import ConvolutionAlgorithms
import Devices
import Foundation
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

  /// As files hold it.
  private static func layout() throws -> DeviceLayout {
    let text = """
      {"style": "cpu", "block": {"rows": 8, "columns": 48, "threadRows": 8, "threadColumns": 48,
       "depth": 1}, "group": 1, "workersPerUnit": 4, "splitDepth": 256, "groupsPerUnit": 0,
       "winogradElements": 524288}
      """
    return try JSONDecoder().decode(DeviceLayout.self, from: Data(text.utf8))
  }

  private func file(in folder: TemporaryFolder, driver: String = "one") throws -> TuningFile {
    let device = DeviceDescription(
      identifier: "opencl:1", name: "A/device (1)", driver: driver, units: 1, memory: 1)
    return try #require(TuningFile(for: device, environment: ["XDG_CACHE_HOME": folder.path]))
  }

  @Test func filesBelongToADeviceAndItsDriver() throws {
    let folder = try TemporaryFolder()
    #expect(try file(in: folder).load() == nil)
    for layout in [nil, try Self.layout()] {
      let measurements = TuningMeasurements(convolutions: Self.table, layout: layout)
      try file(in: folder).save(measurements)
      #expect(try file(in: folder).load() == measurements)
      #expect(try file(in: folder, driver: "two").load() == nil)
    }
    #expect(try Self.layout().description == "tiles of 8×48, Winograd planes of 2048 KiB")
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
    #expect(
      throws: TuningFileError.laterVersion(path: folder.path + "/" + name, version: 3, known: 2)
    ) { try file.load() }
    try folder.write(Array(text.utf8.dropLast(20)), to: name)
    #expect(throws: TuningFileError.damaged(path: folder.path + "/" + name)) { try file.load() }
  }

  @Test func aFolderThatOthersMayWriteToIsNotTrusted() throws {
    let folder = try TemporaryFolder()
    let file = try file(in: folder)
    try file.save(TuningMeasurements(convolutions: Self.table))
    let parent = folder.path + "/elixir-gpu"
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: parent)
    #expect(throws: TuningFileError.notPrivate(path: file.url.path, folder: parent)) {
      try file.load()
    }
  }

  /// The link of another user could be made to lead elsewhere at any time.
  @Test(.enabled(if: getuid() == 0, "only root makes links that belong to others"))
  func aLinkOfAnotherUserIsNotFollowed() throws {
    let folder = try TemporaryFolder()
    let measurements = TuningMeasurements(convolutions: Self.table)
    try file(in: folder).save(measurements)
    let (link, place) = (folder.path + "/elixir-gpu", folder.path + "/elsewhere")
    try FileManager.default.moveItem(atPath: link, toPath: place)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: place)
    #expect(try file(in: folder).load() == measurements)
    #expect(lchown(link, 65534, 65534) == 0)
    #expect(throws: TuningFileError.self) { try file(in: folder).load() }
  }
}
