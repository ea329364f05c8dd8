import Checkpoints
import Foundation
import TestSupport
import Testing

/// Weights of other formats become one safetensors file with the same elements.
@Suite(.requiresFixtures)
struct ConversionTests {
  static let checkpoints = Fixtures.shared.appendingPathComponent("formats/checkpoints")

  @Test(arguments: [
    "torch/checkpoint.pth.tar", "torch/bf16.pt", "torch/dtypes.pt", "torch/views.pt",
    "torch/resnet20-12fca82f.th", "torch/nested.pt", "torch/parameters.pt",
    "diffusers/bin-sharded", "diffusers/training-example-sharded",
    "diffusers/consistency-scale-shift", "classifiers/timm-vit_tiny_patch16_224",
    "classifiers/bb-vit_b_16.safetensors",
  ])
  func conversionKeepsTypesShapesAndBytes(name: String) throws {
    let source = try Checkpoint(Self.checkpoints.appendingPathComponent(name))
    let folder = try TemporaryFolder()
    let url = folder.url.appendingPathComponent("converted.safetensors")
    let report = try source.convert(to: url)
    let converted = try SafetensorsFile(url)
    let names = try source.storedNames()
    #expect(Set(converted.names) == Set(names.keys))
    #expect(report.tensors == names.count)
    for (name, stored) in names {
      #expect(!name.hasPrefix("module.") && !name.hasPrefix("1."), "\(name)")
      #expect(converted.shape(name) == source.shape(stored), "\(name)")
      #expect(converted.elementType(name) == source.elementType(stored), "\(name)")
      #expect(try converted.bytes(name) == source.bytes(stored), "\(name)")
    }
  }

  /// The published ResNet-20 is also there as its users converted it with PyTorch.
  @Test func publishedCheckpointIsAsPyTorchConvertedIt() throws {
    let source = try Checkpoint(
      Self.checkpoints.appendingPathComponent("torch/resnet20-12fca82f.th"))
    let reference = try SafetensorsFile(
      Fixtures.shared.appendingPathComponent("models/resnet20-cifar10.safetensors"))
    let names = try source.storedNames()
    #expect(names.count == 97)
    for (name, stored) in names {
      let twin = reference.contains(name) ? name : "module." + name
      #expect(try reference.bytes(twin) == source.bytes(stored), "\(name)")
    }
  }

  @Test func aShardWithoutItsTensorIsNamed() throws {
    let folder = try TemporaryFolder()
    let source = Self.checkpoints.appendingPathComponent("diffusers/bin-sharded")
    for name in try FileManager.default.contentsOfDirectory(atPath: source.path)
    where name.contains("diffusion") && !name.contains("00002") {
      try FileManager.default.copyItem(
        at: source.appendingPathComponent(name), to: folder.url.appendingPathComponent(name))
    }
    #expect { try Checkpoint(folder.url) } throws: {
      "\($0)".contains("00002-of-00003.bin: there is no such file")
    }
  }
}
