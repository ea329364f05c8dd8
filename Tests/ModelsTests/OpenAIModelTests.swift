import Autograd
import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

/// U-Nets of improved-diffusion and guided-diffusion with the outputs of their own code.
@Suite(.requiresFixtures)
struct OpenAIModelTests {
  static let folder = Fixtures.shared.appendingPathComponent("formats/checkpoints/openai")

  static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { !$0.hasSuffix(".json") }.sorted()

  @Test func thereAreFixtures() { #expect(Self.names.count >= 5) }

  @Test(arguments: names, TestDevices.all)
  func outputIsThatOfOpenAI(name: String, device: TestDevice) throws {
    let folder = Self.folder.appendingPathComponent(name)
    let model = try UNet2DModel.load(folder, on: device.backend)
    let deviation = try Verification.denoiser(
      model, fixture: folder.appendingPathComponent("io.safetensors"), on: device.backend)
    #expect(deviation.relative < 5e-5, "\(deviation)")
    #expect(
      model.configuration.outputChannels
        == (name.contains("linear") || name.contains("plain") ? 3 : 6))
  }

  @Test(arguments: names)
  func intermediateResultsAreThoseOfOpenAI(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let folder = Self.folder.appendingPathComponent(name)
    let model = try UNet2DModel.load(folder, on: device.backend)
    let io = try SafetensorsFile(folder.appendingPathComponent("io.safetensors"))
    var seen: [String: Tensor] = [:]
    _ = try model(
      Tensor("x", of: io, on: device.backend).rows(0..<1),
      timesteps: [io.floats("timesteps")[0]],
      condition: try io.contains("y") ? .labels([io.floats("y")[0]]) : nil,
      trace: { seen[$0] = $1 })
    let names = [
      "input_blocks.0": "conv_in", "input_blocks.2": "down_blocks.0", "middle_block": "mid_block",
      "time_embed": "time_embedding",
    ]
    for (theirs, ours) in names {
      let values = try #require(seen[ours]).channelsFirstValues()
      expectClose(values, try io.floats("intermediate.\(theirs)"), .deviation(1e-4), theirs)
    }
  }

  /// Each is loaded by its file, too, and is written and read as a model of diffusers.
  @Test(arguments: names)
  func savedModelIsRestored(name: String) throws {
    let device = try #require(TestDevices.all.first)
    let source = Self.folder.appendingPathComponent(name)
    let file = try #require(
      try FileManager.default.contentsOfDirectory(atPath: source.path).first {
        $0.hasPrefix("ema_")
      })
    let model = try UNet2DModel.load(source.appendingPathComponent(file), on: device.backend)
    let folder = try TemporaryFolder()
    try model.save(to: folder.url)
    let restored = try UNet2DModel.load(folder.url, on: device.backend)
    #expect(restored.configuration == model.configuration)
    let deviation = try Verification.denoiser(
      restored, fixture: source.appendingPathComponent("io.safetensors"), on: device.backend)
    #expect(deviation.relative < 5e-5, "\(deviation)")
  }

  private func copy(
    _ name: String, flags: String, as flagFile: String
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = Self.folder.appendingPathComponent(name)
    for file in try FileManager.default.contentsOfDirectory(atPath: source.path)
    where file.hasSuffix(".pt") {
      try FileManager.default.copyItem(
        at: source.appendingPathComponent(file), to: folder.url.appendingPathComponent(file))
    }
    _ = try folder.file(flagFile, flags)
    return folder
  }

  static let words = """
    MODEL_FLAGS="--image_size 16 --num_channels 32 --num_res_blocks 1 --num_heads 4 \\
      --num_head_channels 8 --resblock_updown True --use_scale_shift_norm True"
    DIFFUSION_FLAGS="--diffusion_steps 1000 --noise_schedule linear --rescale_timesteps False"
    """

  @Test func flagsMayBeWordsOfACommandLine() throws {
    let device = try #require(TestDevices.all.first)
    let name = "guided-updown-legacyorder"
    let folder = try copy(name, flags: Self.words, as: "flags.txt")
    let deviation = try Verification.denoiser(
      UNet2DModel.load(folder.url, on: device.backend),
      fixture: Self.folder.appendingPathComponent("\(name)/io.safetensors"), on: device.backend)
    #expect(deviation.relative < 5e-5, "\(deviation)")
  }

  /// The order of queries, keys and values cannot be told from the tensors.
  @Test func theOtherOrderOfAttentionGivesAnotherOutput() throws {
    let device = try #require(TestDevices.all.first)
    let name = "guided-updown-legacyorder"
    let folder = try copy(
      name, flags: Self.words + " --use_new_attention_order True", as: "flags.txt")
    let deviation = try Verification.denoiser(
      UNet2DModel.load(folder.url, on: device.backend),
      fixture: Self.folder.appendingPathComponent("\(name)/io.safetensors"), on: device.backend)
    #expect(deviation.relative > 1e-2, "\(deviation)")
  }

  @Test(arguments: [
    ("--num_heads 4", "num_res_blocks is absent"),
    (
      Self.words.replacingOccurrences(of: "--rescale_timesteps False", with: ""),
      "rescale_timesteps is absent"
    ),
    (
      Self.words.replacingOccurrences(of: "num_res_blocks 1", with: "num_res_blocks 2"),
      "4 input blocks are not levels of num_res_blocks 2"
    ),
    (
      Self.words.replacingOccurrences(of: "num_head_channels 8", with: "num_head_channels 7"),
      "num_head_channels is [7]"
    ),
    (Self.words.replacingOccurrences(of: "linear", with: "sqrt"), "noise_schedule is 'sqrt'"),
    (
      Self.words.replacingOccurrences(of: "resblock_updown True", with: "resblock_updown False"),
      "is missing"
    ),
    ("nothing", "no flags"),
  ])
  func flagsThatDoNotFitAreNamed(flags: String, says: String) throws {
    let device = try #require(TestDevices.all.first)
    let folder = try copy("guided-updown-legacyorder", flags: flags, as: "flags.txt")
    #expect { try UNet2DModel.load(folder.url, on: device.backend) } throws: {
      "\($0)".contains(says) && !"\($0)".contains("\n")
    }
  }
}
