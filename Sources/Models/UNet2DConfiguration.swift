/// The architecture of a diffusers `UNet2DModel`: every field that such a model uses.
///
/// The defaults are those of the class in diffusers, which hold for keys that `config.json` lacks.
public struct UNet2DConfiguration: Sendable, Equatable {
  /// A resolution level on the way down.
  public enum DownBlockType: String, Sendable, CaseIterable {
    case plain = "DownBlock2D"
    case attention = "AttnDownBlock2D"
    case resnet = "ResnetDownsampleBlock2D"
    /// With a small copy of the image beside the features (NCSN++).
    case skip = "SkipDownBlock2D"
    case attentionSkip = "AttnSkipDownBlock2D"
  }

  /// A resolution level on the way up.
  public enum UpBlockType: String, Sendable, CaseIterable {
    case plain = "UpBlock2D"
    case attention = "AttnUpBlock2D"
    case resnet = "ResnetUpsampleBlock2D"
    /// With an image that grows beside the features (NCSN++).
    case skip = "SkipUpBlock2D"
    case attentionSkip = "AttnSkipUpBlock2D"
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

  /// How an image's class enters the time embedding.
  public enum ClassEmbedding: Sendable, Equatable {
    /// A table with a row for each class.
    case table(classes: Int)
    /// A number like a time step, with layers of its own.
    case timestep
    /// A vector as long as the time embedding, as it is.
    case identity
  }

  /// Heads of the attention layers, as many at every level.
  public struct HeadCounts: Sendable, Equatable {
    /// On the way down and in the middle.
    public var down: Int
    public var up: Int

    public init(down: Int, up: Int) {
      self.down = down
      self.up = up
    }
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
  /// Decides instead of `attentionHeadSize`; no field of diffusers, but OpenAI's networks have it.
  public var attentionHeadCounts: HeadCounts?
  /// Groups of the normalizations; `nil` for a quarter of the channels, 32 at most.
  public var normGroups: Int? = 32
  /// Groups of the middle's attention; `nil` for `normGroups`, or none with scale and shift.
  public var attentionNormGroups: Int?
  public var normEpsilon: Float = 1e-5
  public var timeScaleShift = TimeScaleShift.add
  /// Attention between the middle's residual blocks.
  public var hasMidAttention = true
  /// `nil` for a network that knows no classes.
  public var classEmbedding: ClassEmbedding?
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

  /// Groups of a normalization of so many channels.
  func groups(of channels: Int) -> Int { normGroups ?? Self.skipGroups(of: channels) }

  /// Groups that NCSN++ has.
  static func skipGroups(of channels: Int) -> Int { max(min(channels / 4, 32), 1) }

  /// Groups of the normalisation before the middle's attention; `nil` for none.
  func midAttentionGroups(of channels: Int) -> Int? {
    attentionNormGroups ?? (timeScaleShift == .add ? groups(of: channels) : nil)
  }

  /// Length of the vector that the time embedding's first layer takes.
  var timeInputWidth: Int {
    timeEmbeddingType == .fourier ? 2 * blockOutputChannels[0] : blockOutputChannels[0]
  }

  var timeWidth: Int { timeEmbeddingWidth ?? 4 * blockOutputChannels[0] }
}
