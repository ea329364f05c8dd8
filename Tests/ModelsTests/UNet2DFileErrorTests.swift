import Checkpoints
import ComputeBackend
import Foundation
import Models
import TestSupport
import Testing

/// Damaged copies of a model are refused with the tensor's name and what is wrong with it.
@Suite(.requiresFixtures)
struct UNet2DFileErrorTests {
  private func expectRefusal(
    says text: String, of model: String = "unet_ddpm",
    at location: SourceLocation = #_sourceLocation,
    change: (inout [String: StoredTensor]) throws -> Void
  ) throws {
    let device = try #require(TestDevices.all.first)
    let folder = try TemporaryFolder()
    let source = Fixtures.url(model)
    try FileManager.default.copyItem(
      at: source.appendingPathComponent("config.json"),
      to: folder.url.appendingPathComponent("config.json"))
    var tensors = try storedTensors(
      source.appendingPathComponent("diffusion_pytorch_model.safetensors"))
    try change(&tensors)
    let url = folder.url.appendingPathComponent("diffusion_pytorch_model.safetensors")
    try SafetensorsFile.write(tensors, to: url)
    #expect(sourceLocation: location) {
      try UNet2DModel.load(folder.url, on: device.backend)
    } throws: {
      "\($0)".hasPrefix(url.path) && "\($0)".contains(text)
    }
  }

  @Test func missingTensor() throws {
    try expectRefusal(says: "tensor 'mid_block.resnets.1.conv2.weight' is missing") {
      $0["mid_block.resnets.1.conv2.weight"] = nil
    }
  }

  @Test func misshapenTensor() throws {
    try expectRefusal(
      says: "'conv_in.weight' has shape [16, 27], but the network needs [16, 3, 3, 3]"
    ) {
      $0["conv_in.weight"]?.shape = [16, 27]
    }
  }

  @Test func unknownTensor() throws {
    try expectRefusal(says: "tensor 'class_embedding.weight' has no place in this network") {
      $0["class_embedding.weight"] = StoredTensor([1, 2], shape: [2])
    }
  }

  @Test func notFiniteTensor() throws {
    try expectRefusal(says: "tensor 'conv_out.bias' has NaN or infinity at element 1") {
      $0["conv_out.bias"] = StoredTensor([0, .nan, 0], shape: [3])
    }
  }

  @Test func bothNamesOfAttention() throws {
    try expectRefusal(
      says: "tensors 'mid_block.attentions.0.query.bias' and 'mid_block.attentions.0.to_q.bias' "
        + "are two names"
    ) {
      $0["mid_block.attentions.0.query.bias"] = $0["mid_block.attentions.0.to_q.bias"]
    }
  }

  /// Weights of the oldest files are those of 1×1 convolutions.
  @Test func attentionStoredAsConvolutionIsAccepted() throws {
    let device = try #require(TestDevices.all.first)
    let folder = try TemporaryFolder()
    let source = Fixtures.url("unet_ddpm_legacy")
    try FileManager.default.copyItem(
      at: source.appendingPathComponent("config.json"),
      to: folder.url.appendingPathComponent("config.json"))
    var tensors = try storedTensors(
      source.appendingPathComponent("diffusion_pytorch_model.safetensors"))
    var count = 0
    for name in tensors.keys where name.contains(".attentions.") && name.hasSuffix(".weight") {
      if tensors[name]?.shape.count == 2 {
        tensors[name]?.shape += [1, 1]
        count += 1
      }
    }
    #expect(count == 24)
    try SafetensorsFile.write(
      tensors, to: folder.url.appendingPathComponent("diffusion_pytorch_model.safetensors"))
    let model = try UNet2DModel.load(folder.url, on: device.backend)
    let deviation = try Verification.denoiser(
      model, fixture: Fixtures.url("unet_ddpm/io.safetensors"), on: device.backend)
    #expect(deviation.relative < 2e-5)
  }

  @Test func foldersWithoutAModelSayWhatIsMissing() throws {
    let device = try #require(TestDevices.all.first)
    let folder = try TemporaryFolder()
    #expect {
      try UNet2DModel.load(folder.url, on: device.backend)
    } throws: {
      "\($0)".contains("no config.json there or in unet/")
    }
    #expect {
      try UNet2DModel.load(folder.url.appendingPathComponent("absent"), on: device.backend)
    } throws: {
      "\($0)".hasSuffix("absent: there is no such file or folder; check the path")
    }
    _ = try folder.file("config.json", "{}")
    #expect {
      try UNet2DModel.load(folder.url, on: device.backend)
    } throws: {
      "\($0)".contains("no diffusion_pytorch_model.safetensors")
    }
    _ = try folder.file(
      "diffusion_pytorch_model.bin", "version https://git-lfs.github.com/spec/v1\n")
    #expect {
      try UNet2DModel.load(folder.url, on: device.backend)
    } throws: {
      "\($0)".contains("diffusion_pytorch_model.bin: this is a Git LFS pointer")
    }
  }

  @Test func fixturesThatDoNotFitAreNamed() throws {
    let device = try #require(TestDevices.all.first)
    let model = try UNet2DModel.load(Fixtures.url("unet_ddpm"), on: device.backend)
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("io.safetensors")
    func expectRefusal(_ tensors: [String: StoredTensor], says text: String) throws {
      try SafetensorsFile.write(tensors, to: url)
      #expect {
        try Verification.denoiser(model, fixture: url, on: device.backend)
      } throws: {
        "\($0)".contains(text)
      }
    }
    let x = StoredTensor([Float](repeating: 0, count: 3 * 8 * 8), shape: [1, 3, 8, 8])
    let step = StoredTensor(int64: [5], shape: [1])
    try expectRefusal(["timesteps": step], says: "tensor 'x' is missing")
    try expectRefusal(["x": x], says: "tensor 'timesteps' is missing")
    try expectRefusal(["x": x, "timesteps": step], says: "tensor 'expected' is missing")
    try expectRefusal(
      ["x": StoredTensor([0, 0], shape: [1, 2, 1, 1]), "timesteps": step],
      says: "tensor 'x' has shape [1, 2, 1, 1]")
    try expectRefusal(
      ["x": x, "timesteps": StoredTensor(int64: [5, 5], shape: [2])], says: "'timesteps' has shape")
    try expectRefusal(
      ["x": x, "timesteps": step, "expected": StoredTensor([0], shape: [1])],
      says: "tensor 'expected' has shape [1], but the network needs [1, 3, 8, 8]")
  }
}
