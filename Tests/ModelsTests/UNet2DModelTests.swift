import Autograd
import Checkpoints
import ComputeBackend
import Foundation
import Models
import NeuralNet
import TestSupport
import Testing

@Suite(.requiresFixtures)
struct UNet2DModelTests {
  private static let folder = Fixtures.url("unet_ddpm")

  private func file(_ name: String) throws -> SafetensorsFile {
    try SafetensorsFile(Self.folder.appendingPathComponent(name))
  }

  @Test(arguments: TestDevices.all, ["unet_ddpm", "unet_ddpm_legacy"])
  func outputIsThatOfPyTorch(device: TestDevice, name: String) throws {
    let model = try UNet2DModel.load(Fixtures.url(name), on: device.backend)
    #expect(model.weightCount == 565_315)
    let deviation = try Verification.denoiser(
      model, fixture: Self.folder.appendingPathComponent("io.safetensors"), on: device.backend)
    #expect(deviation.relative < 2e-5, "\(deviation)")
    #expect(deviation.mean < 2e-6)
  }

  @Test(arguments: TestDevices.all)
  func intermediateResultsAreThoseOfPyTorch(device: TestDevice) throws {
    let model = try UNet2DModel.load(Self.folder, on: device.backend)
    let io = try file("io.safetensors")
    let expected = try file("intermediates.safetensors")
    var seen: [String: Tensor] = [:]
    _ = try model(
      Tensor("x", of: io, on: device.backend), timesteps: try io.floats("timesteps"),
      trace: { seen[$0] = $1 })
    #expect(Set(seen.keys) == Set(expected.names))
    for name in expected.names {
      let values = try #require(seen[name]).channelsFirstValues()
      expectClose(values, try expected.floats(name), .deviation(1e-4), name)
    }
  }

  @Test(arguments: TestDevices.all)
  func oneTimeStepForAllEqualsItsRepetition(device: TestDevice) throws {
    let model = try UNet2DModel.load(Self.folder, on: device.backend)
    let x = try Tensor("x", of: try file("io.safetensors"), on: device.backend)
    let single = try model(x, timesteps: [17]).values()
    let repeated = try model(x, timesteps: [17, 17, 17]).values()
    expectClose(single, repeated, .deviation(1e-6), "single step")
  }

  @Test(arguments: TestDevices.all)
  func trainingGradientsAreThoseOfPyTorch(device: TestDevice) throws {
    let model = try UNet2DModel.load(Self.folder, on: device.backend)
    let io = try file("io.safetensors")
    let step = try file("train_step_grads.safetensors")
    let parameters = model.parameters.weights
    let arena = ParameterArena(parameters)
    let x = try Tensor("x", of: io, on: device.backend).variable()
    let target = try Tensor("target", of: step, on: device.backend)

    let output = model(x, timesteps: try io.floats("timesteps"))
    let loss = (output - target).square().mean()
    let gradients = gradient(of: loss, wrt: [x] + arena.variables)
    expectClose([try loss.item()], try step.floats("loss"), .relative(1e-5), "loss")
    expectClose(
      try gradients[0].channelsFirstValues(), try step.floats("grad_x"), .deviation(1e-4), "x")
    #expect(step.names.filter { $0.hasPrefix("grad.") }.count == parameters.count)
    for (parameter, found) in zip(parameters, gradients.dropFirst()) {
      // A convolution's weight is [O, kH, kW, I] here and [O, I, kH, kW] there, as images are.
      expectGradient(
        try found.channelsFirstValues(), try step.floats("grad.\(parameter.name)"), parameter.name)
    }
  }

  /// Relative to the deviation, but a key's bias has gradient zero but for rounding.
  private func expectGradient(_ values: [Float], _ expected: [Float], _ name: String) {
    if name.hasSuffix("to_k.bias") {
      expectClose(values, expected, .absolute(1e-6), name)
    } else {
      expectClose(values, expected, .deviation(2e-4), name)
    }
  }

  @Test(arguments: TestDevices.all)
  func savedModelIsRestored(device: TestDevice) throws {
    let model = try UNet2DModel.load(Self.folder, on: device.backend)
    let folder = try TemporaryFolder()
    let scheduler = JSONValue.object(JSONObject([("_class_name", .string("DDPMScheduler"))]))
    try model.save(to: folder.url.appendingPathComponent("m/unet"), scheduler: scheduler)

    let root = folder.url.appendingPathComponent("m")
    let restored = try UNet2DModel.load(root, on: device.backend)
    #expect(restored.configuration == model.configuration)
    let x = try Tensor("x", of: try file("io.safetensors"), on: device.backend)
    #expect(try restored(x, timesteps: [9]).values() == model(x, timesteps: [9]).values())
    let written = try #require(try DenoiserFiles(root).scheduler)
    #expect(try JSONValue.read(written) == scheduler)
    let original = try file("diffusion_pytorch_model.safetensors")
    let copy = try SafetensorsFile(
      root.appendingPathComponent("unet/diffusion_pytorch_model.safetensors"))
    #expect(copy.names.sorted() == original.names.sorted())
    for name in original.names {
      #expect(copy.shape(name) == original.shape(name))
      #expect(try copy.floats(name) == original.floats(name))
    }
  }

  /// At t = 100 more than half of a CIFAR image's noise is seen by a denoiser that works.
  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: realModel.path), "no shared/models"),
    arguments: TestDevices.all)
  func realCheckpointPredictsNoise(device: TestDevice) throws {
    let model = try UNet2DModel.load(Self.realModel, on: device.backend)
    #expect(model.weightCount == 2_587_491)
    let record = try FileHandle(
      forReadingFrom: Fixtures.shared.appendingPathComponent("data/cifar10-subset/test_batch.bin"))
    let pixels = [UInt8](try #require(try record.read(upToCount: 3073)).dropFirst())
    let image = Tensor(
      pixels.map { Float($0) / 127.5 - 1 }, shape: [1, 3, 32, 32], on: device.backend
    ).permuted([0, 2, 3, 1])
    let key = NoiseKey(seed: 1, step: 0, purpose: 1)
    let noise = Tensor(
      Philox.row(key, stream: 0, count: 3072, normal: true), shape: [1, 32, 32, 3],
      on: device.backend)
    // ᾱ of the linear schedule after 101 steps.
    var kept = 1.0
    for step in 0...100 { kept *= 1 - 1e-4 - 0.0199 * Double(step) / 999 }
    let signal = Float(kept.squareRoot())
    let deviation = Float((1 - kept).squareRoot())
    let x = affineSum([(signal, image), (deviation, noise)])
    let output = model(x, timesteps: [100])
    let error = try (output - noise).square().mean().item()
    #expect(error < 0.15, "mean squared error \(error)")
  }

  private static let realModel = Fixtures.shared.appendingPathComponent("models/ddpm-cifar10-small")
}
