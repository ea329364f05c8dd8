import Checkpoints
import Foundation
import Models
import TestSupport
import Testing

struct UNet2DConfigurationTests {
  private func decode(_ text: String) throws -> UNet2DConfiguration {
    let folder = try TemporaryFolder()
    return try UNet2DConfiguration(try folder.file("config.json", text))
  }

  @Test func absentKeysHaveTheDefaultsOfTheClass() throws {
    let configuration = try decode("{}")
    #expect(configuration == UNet2DConfiguration())
    #expect(configuration.attentionHeadSize == 8)
    #expect(configuration.frequencyShift == 0)
    #expect(configuration.flipsSineToCosine)
    #expect(configuration.downsamplePadding == 1)
    #expect(configuration.normEpsilon == 1e-5)
    #expect(configuration.blockOutputChannels == [224, 448, 672, 896])
  }

  @Test func nullIsNotAbsent() throws {
    #expect(try decode(#"{"attention_head_dim": null}"#).attentionHeadSize == nil)
    #expect(try decode(#"{"mid_block_type": null}"#).hasMidBlock == false)
    #expect(try decode(#"{"sample_size": null}"#).sampleSize == nil)
  }

  @Test func unknownKeysAndOldPrefixesAreAccepted() throws {
    let configuration = try decode(
      #"""
      {"unheard_of": {"a": 1}, "block_out_channels": [32, 64], "norm_eps": 1e-06,
       "down_block_types": ["UNetResDownBlock2D", "UNetResAttnDownBlock2D"],
       "up_block_types": ["UNetResAttnUpBlock2D", "UNetResUpBlock2D"], "sample_size": [16, 24]}
      """#)
    #expect(configuration.downBlockTypes == [.plain, .attention])
    #expect(configuration.upBlockTypes == [.attention, .plain])
    #expect(configuration.sampleSize == .init(height: 16, width: 24))
    #expect(configuration.normEpsilon == 1e-6)
  }

  @Test(arguments: [
    (#"{"act_fn": "mish"}"#, "act_fn is 'mish'", "silu, swish, relu, gelu"),
    (#"{"_class_name": "UNet2DConditionModel"}"#, "_class_name is", "UNet2DModel"),
    (
      #"{"class_embed_type": "projection"}"#, "class_embed_type is 'projection'",
      "null, timestep, identity"
    ),
    (#"{"num_class_embeds": 0}"#, "num_class_embeds is 0", "integers from 1"),
    (#"{"block_out_channels": [32, 800000]}"#, "block_out_channels is 800000", "1 to 8192"),
    (
      #"{"down_block_types": ["CrossAttnDownBlock2D"]}"#,
      "down_block_types is 'CrossAttnDownBlock2D'",
      "DownBlock2D, AttnDownBlock2D, ResnetDownsampleBlock2D"
    ),
    (#"{"up_block_types": ["KUpBlock2D"]}"#, "up_block_types is 'KUpBlock2D'", "UpBlock2D"),
    (#"{"down_block_types": ["DownBlock2D"]}"#, "down_block_types is a list of 1", "4 blocks"),
    (#"{"mid_block_type": "UNetMidBlock2DCrossAttn"}"#, "mid_block_type is", "UNetMidBlock2D"),
    (#"{"time_embedding_type": "fancy"}"#, "time_embedding_type is", "fourier, learned"),
    (#"{"time_embedding_type": "learned"}"#, "num_train_timesteps is absent", "rows"),
    (#"{"resnet_time_scale_shift": "spatial"}"#, "'spatial'", "default, scale_shift"),
    (#"{"downsample_type": "fir"}"#, "downsample_type is 'fir'", "conv, resnet"),
    (#"{"downsample_padding": 2}"#, "downsample_padding is 2", "from 0 to 1"),
    (#"{"norm_num_groups": 5}"#, "norm_num_groups is 5", "divisors of all of block_out_channels"),
    (#"{"norm_num_groups": null}"#, "norm_num_groups is null", "not all blocks skip"),
    (#"{"attention_head_dim": 500}"#, "attention_head_dim is 500", "at most the channels"),
    (#"{"layers_per_block": "2"}"#, "layers_per_block is '2'", "integers from 1"),
    (#"{"center_input_sample": 1}"#, "center_input_sample is 1", "true, false"),
    (#"{"in_channels": 0}"#, "in_channels is 0", "integers from 1"),
    (#"{"mid_block_scale_factor": 0}"#, "mid_block_scale_factor is 0", "other than 0"),
    (#"{"sample_size": [1, 2, 3]}"#, "sample_size is a list of 3", "[height, width]"),
  ])
  func unsupportedValuesAreNamed(text: String, says: String, supported: String) throws {
    #expect {
      try decode(text)
    } throws: { error in
      guard case CheckpointError.unsupportedValue = error else { return false }
      let message = "\(error)"
      return message.contains("config.json: ") && message.contains(says)
        && message.contains(supported)
    }
  }

  @Test func otherJSONIsRefused() throws {
    #expect { try decode("[]") } throws: { "\($0)".hasSuffix("config.json: not a JSON object") }
    #expect { try decode("{") } throws: { "\($0)".contains("not valid JSON") }
  }

  @Test(.requiresFixtures, arguments: ["unet_ddpm", "unet_ddpm_legacy"])
  func writtenFieldsAreThoseOfDiffusers(name: String) throws {
    let url = Fixtures.url(name).appendingPathComponent("config.json")
    let configuration = try UNet2DConfiguration(url)
    guard case .object(let written) = configuration.json,
      case .object(let original) = try JSONValue.read(url)
    else {
      Issue.record("not objects")
      return
    }
    for (key, value) in original.members where key != "_diffusers_version" {
      let isEqual = written[key] == value || number(written[key]) == number(value)
      #expect(isEqual, "\(key): \(String(describing: written[key])), not \(value)")
    }
    let again = try UNet2DConfiguration(ConfigurationReader(path: "written", object: written))
    #expect(again == configuration)
  }

  private func number(_ value: JSONValue?) -> Double? {
    switch value {
    case .integer(let integer)?: Double(integer)
    case .number(let number)?: number
    default: nil
    }
  }
}
