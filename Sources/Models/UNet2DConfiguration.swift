/// The architecture of a diffusers `UNet2DModel`: every field that an unconditional model uses.
///
/// The defaults are those of the class in diffusers, which hold for keys that `config.json` lacks.
public struct UNet2DConfiguration: Sendable, Equatable {
  /// A resolution level on the way down.
  public enum DownBlockType: String, Sendable, CaseIterable {
    case plain = "DownBlock2D"
    case attention = "AttnDownBlock2D"
    case resnet = "ResnetDownsampleBlock2D"
  }

  /// A resolution level on the way up.
  public enum UpBlockType: String, Sendable, CaseIterable {
    case plain = "UpBlock2D"
    case attention = "AttnUpBlock2D"
    case resnet = "ResnetUpsampleBlock2D"
  }

  /// How the time step becomes a vector.
  public enum TimeEmbeddingType: String, Sendable, CaseIterable {
    /// Sines and cosines of the step.
    case positional
    /// Sines and cosines of the logarithm of a noise level, at random frequencies.
    case fourier
    /// A table with a row for each step.
    case learned
  }

  /// How attention levels change the resolution.
  public enum ResamplingType: String, Sendable, CaseIterable {
    case convolution = "conv"
    case resnet
  }

  /// How the time embedding enters a residual block.
  public enum TimeScaleShift: String, Sendable, CaseIterable {
    /// Added after the first convolution.
    case add = "default"
    /// As scale and shift after the second normalisation.
    case scaleShift = "scale_shift"
  }

  public enum ActivationName: String, Sendable, CaseIterable {
    case silu, swish, relu, gelu
  }

  /// Height and width of the images the model was made for.
  public var sampleSize: ImageSize?
  public var inputChannels = 3
  public var outputChannels = 3
  /// Maps the input from [0, 1] to [−1, 1].
  public var centersInput = false
  public var timeEmbeddingType = TimeEmbeddingType.positional
  /// Width of the time embedding; `nil` for four times the first level's channels.
  public var timeEmbeddingWidth: Int?
  public var frequencyShift = 0
  /// Cosines before sines.
  public var flipsSineToCosine = true
  public var downBlockTypes: [DownBlockType] = [.plain, .attention, .attention, .attention]
  public var hasMidBlock = true
  public var upBlockTypes: [UpBlockType] = [.attention, .attention, .attention, .plain]
  public var blockOutputChannels = [224, 448, 672, 896]
  /// Residual blocks of a level on the way down; one more on the way up.
  public var layersPerBlock = 2
  /// Divides the outputs of the middle's blocks.
  public var midBlockScaleFactor: Float = 1
  /// 0 pads below and on the right only.
  public var downsamplePadding = 1
  public var downsampleType = ResamplingType.convolution
  public var upsampleType = ResamplingType.convolution
  /// Kept for saving; blocks are evaluated without dropout.
  public var dropout: Double = 0
  public var activation = ActivationName.silu
  /// Channels of an attention head; `nil` for a single head.
  public var attentionHeadSize: Int? = 8
  public var normGroups = 32
  /// Groups of the middle's attention; `nil` for `normGroups`, or none with scale and shift.
  public var attentionNormGroups: Int?
  public var normEpsilon: Float = 1e-5
  public var timeScaleShift = TimeScaleShift.add
  /// Attention between the middle's residual blocks.
  public var hasMidAttention = true
  /// Rows of a learned time embedding.
  public var trainingTimesteps: Int?

  /// Channels of a level that a model may have: a convolution of as many takes 2.4 GB.
  public static let greatestWidth = 8192
  /// Residual blocks of a level that a model may have.
  public static let mostLayers = 64

  public init() {}

  public struct ImageSize: Sendable, Equatable {
    public var height: Int
    public var width: Int

    public init(height: Int, width: Int) {
      self.height = height
      self.width = width
    }
  }

  /// Heights and widths must be multiples of this.
  public var sizeDivisor: Int { 1 << (blockOutputChannels.count - 1) }

  /// Groups of the normalisation before the middle's attention; `nil` for none.
  var midAttentionGroups: Int? {
    attentionNormGroups ?? (timeScaleShift == .add ? normGroups : nil)
  }

  /// Length of the vector that the time embedding's first layer takes.
  var timeInputWidth: Int {
    timeEmbeddingType == .fourier ? 2 * blockOutputChannels[0] : blockOutputChannels[0]
  }

  var timeWidth: Int { timeEmbeddingWidth ?? 4 * blockOutputChannels[0] }
}
