import Autograd
import Checkpoints
import Models
import NetworkSupport
import TestSupport
import Testing

/// Fields that no published fixture uses, held against diffusers 0.42.1 with torch 2.13:
/// `UNet2DModel(**config)` with weights as in `FormulaWeights`, input
/// `x = (4 * v(2 * C * 64, 1)).reshape(2, C, 8, 8)`, time steps [3, 7]; every eighth part of
/// `model(x, t).sample.flatten()`.
struct UNet2DVariantTests {
  struct Variant: Sendable, CustomTestStringConvertible {
    var name: String
    var fields: String
    var parameterCount: Int
    var deviation: Double
    var expected: [Double]
    /// Element 5 of the output for the single time step 7.
    var single: Double
    var testDescription: String { name }
  }

  static let common = #"""
    "block_out_channels": [8, 16], "norm_num_groups": 4, "sample_size": 8
    """#

  static let variants = [
    Variant(
      name: "scale and shift, resampling residual blocks, centred input, heads of 4",
      fields: #"""
        "layers_per_block": 1, "resnet_time_scale_shift": "scale_shift",
        "down_block_types": ["AttnDownBlock2D", "DownBlock2D"],
        "up_block_types": ["AttnUpBlock2D", "UpBlock2D"], "downsample_type": "resnet",
        "upsample_type": "resnet", "attention_head_dim": 4, "center_input_sample": true
        """#,
      parameterCount: 52427, deviation: 0.875,
      expected: [
        -0.357534, 0.337636, -0.868224, -0.425755, 0.200499, -0.047154, -0.400062, 1.407134,
      ], single: 0.182635),
    Variant(
      name: "fourier embedding, scaled middle without attention, six output channels",
      fields: #"""
        "layers_per_block": 1, "time_embedding_type": "fourier", "add_attention": false,
        "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
        "up_block_types": ["AttnUpBlock2D", "UpBlock2D"], "downsample_padding": 0,
        "attention_head_dim": null, "norm_eps": 1e-06, "out_channels": 6,
        "mid_block_scale_factor": 1.4142135
        """#,
      parameterCount: 44622, deviation: 0.198,
      expected: [
        0.020108, -0.067508, 0.016733, 0.199155, -0.017839, -0.085397, 0.094546, 0.108769,
      ], single: 0.194384),
    Variant(
      name: "learned embedding, no middle, resnet blocks, ReLU, heads that leave channels over",
      fields: #"""
        "layers_per_block": 1, "time_embedding_type": "learned", "num_train_timesteps": 10,
        "down_block_types": ["ResnetDownsampleBlock2D", "DownBlock2D"],
        "up_block_types": ["ResnetUpsampleBlock2D", "AttnUpBlock2D"], "mid_block_type": null,
        "act_fn": "relu", "attention_head_dim": 3
        """#,
      parameterCount: 34655, deviation: 0.836,
      expected: [
        -0.207047, -0.41207, -0.928427, -1.165003, -0.309181, -0.15776, 0.980998, -0.031726,
      ], single: 0.684365),
    Variant(
      name: "own groups and scale in the middle, GELU, narrow embedding, one channel",
      fields: #"""
        "layers_per_block": 2, "attn_norm_num_groups": 2, "act_fn": "gelu",
        "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
        "up_block_types": ["AttnUpBlock2D", "UpBlock2D"], "time_embedding_dim": 24,
        "freq_shift": 1, "flip_sin_to_cos": false, "in_channels": 1, "out_channels": 1,
        "attention_head_dim": null, "mid_block_scale_factor": 2.0
        """#,
      parameterCount: 62449, deviation: 0.842,
      expected: [
        0.114934, 1.160863, -0.597714, 0.389492, 0.272451, 0.828108, -1.680542, 1.021033,
      ], single: 0.95133),
  ]

  @Test(arguments: variants, TestDevices.all)
  func agreesWithDiffusers(variant: Variant, device: TestDevice) throws {
    let folder = try TemporaryFolder()
    let configuration = try UNet2DConfiguration(
      try folder.file("config.json", "{\(Self.common), \(variant.fields)}"))
    let model = try UNet2DModel(configuration, from: FormulaWeights(backend: device.backend))
    #expect(model.parameters.parameters.reduce(0) { $0 + $1.value.count } == variant.parameterCount)

    let channels = configuration.inputChannels
    let shape = [2, channels, 8, 8]
    let x = Tensor(
      FormulaWeights.values(128 * channels, salt: 1).map { Float(4 * $0) }, shape: shape,
      on: device.backend
    ).permuted([0, 2, 3, 1])
    let output = try model(x, timesteps: [3, 7]).channelsFirstValues()
    let part = output.count / 8
    expectClose(
      (0..<8).map { output[$0 * part] }, variant.expected, .absolute(2e-5 * variant.deviation),
      variant.name)
    let single = try model(x, timesteps: [7]).channelsFirstValues()[5]
    #expect(abs(Double(single) - variant.single) < 2e-5 * variant.deviation)
  }
}
