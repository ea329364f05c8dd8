import Autograd
import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

/// Networks of every block and embedding that diffusers 0.42 has, with its outputs.
@Suite(.requiresFixtures)
struct DiffusersVariantTests {
  static let folder = Fixtures.shared.appendingPathComponent("formats/checkpoints/diffusers")

  static let names =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()

  @Test func thereAreFixtures() { #expect(Self.names.count >= 11) }

  @Test(arguments: names, TestDevices.all)
  func outputIsThatOfDiffusers(name: String, device: TestDevice) throws {
    let folder = Self.folder.appendingPathComponent(name)
    let model = try UNet2DModel.load(folder, on: device.backend)
    let deviation = try Verification.denoiser(
      model, fixture: folder.appendingPathComponent("io.safetensors"), on: device.backend)
    // Of ncsnpp PyTorch's own error in single precision is 5e-5 of the deviation.
    #expect(deviation.relative < (name == "ncsnpp" ? 3e-4 : 3e-5), "\(deviation)")
  }

  @Test(arguments: names)
  func intermediateResultsAreThoseOfDiffusers(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let folder = Self.folder.appendingPathComponent(name)
    let model = try UNet2DModel.load(folder, on: device.backend)
    let io = try SafetensorsFile(folder.appendingPathComponent("io.safetensors"))
    let labels: ClassCondition? =
      try io.contains("class_labels")
      ? model.configuration.classEmbedding == .identity
        ? .vectors(Tensor("class_labels", of: io, on: device.backend).rows(0..<1))
        : .labels([io.floats("class_labels")[0]]) : nil
    var seen: [String: Tensor] = [:]
    _ = try model(
      Tensor("x", of: io, on: device.backend).rows(0..<1),
      timesteps: [io.floats("timesteps")[0]], condition: labels, trace: { seen[$0] = $1 })
    for stored in io.names where stored.hasPrefix("intermediate.") {
      let values = try #require(seen[String(stored.dropFirst(13))]).channelsFirstValues()
      expectClose(values, try io.floats(stored), .deviation(2e-4), stored)
    }
  }

  /// What is written is read again as the same network.
  @Test(arguments: names)
  func savedModelIsRestored(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let model = try UNet2DModel.load(
      Self.folder.appendingPathComponent(name), on: device.backend)
    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    let restored = try UNet2DModel.load(folder.url, on: device.backend)
    #expect(restored.configuration == model.configuration)
    #expect(try restored.storedTensors().count == model.storedTensors().count)
  }

  /// The classes matter, and a network that knows them runs without.
  @Test func classesChangeTheOutput() throws {
    let device = try #require(TestDevices.all.first)
    let folder = Self.folder.appendingPathComponent("class-embedding")
    let model = try UNet2DModel.load(folder, on: device.backend)
    let io = try SafetensorsFile(folder.appendingPathComponent("io.safetensors"))
    let x = try Tensor("x", of: io, on: device.backend).rows(0..<1)
    let outputs = try [nil, ClassCondition.labels([1]), .labels([2])].map {
      try model(x, timesteps: [10], condition: $0).values()
    }
    #expect(outputs[0] != outputs[1] && outputs[1] != outputs[2])
  }
}
