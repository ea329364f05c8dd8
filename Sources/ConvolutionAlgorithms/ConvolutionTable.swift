import ComputeBackend

/// Which algorithm is fastest for each convolution, as measured on a device.
///
/// Entries do not depend on the batch, so that a sample's result does not depend on the others.
public struct ConvolutionTable: Sendable, Codable, Equatable {
  /// A convolution's operation, without the batch.
  public struct Key: Hashable, Codable, Sendable {
    public let operation: ConvolutionOperation
    public let inputHeight: Int
    public let inputWidth: Int
    public let inputChannels: Int
    public let outputHeight: Int
    public let outputWidth: Int
    public let outputChannels: Int

    public init(_ geometry: Conv2DGeometry, _ operation: ConvolutionOperation) {
      self.operation = operation
      inputHeight = geometry.inputHeight
      inputWidth = geometry.inputWidth
      inputChannels = geometry.inputChannels
      outputHeight = geometry.outputHeight
      outputWidth = geometry.outputWidth
      outputChannels = geometry.outputChannels
    }
  }

  /// One measurement.
  public struct Entry: Codable, Sendable, Equatable {
    public let key: Key
    public let algorithm: ConvolutionAlgorithm

    public init(key: Key, algorithm: ConvolutionAlgorithm) {
      self.key = key
      self.algorithm = algorithm
    }
  }

  public private(set) var entries: [Entry]
  private let algorithms: [Key: ConvolutionAlgorithm]

  /// Later entries replace earlier ones with the same key.
  public init(_ entries: [Entry]) {
    algorithms = Dictionary(entries.map { ($0.key, $0.algorithm) }) { $1 }
    self.entries = entries.filter { [algorithms] in algorithms[$0.key] == $0.algorithm }
  }

  public init(from decoder: any Decoder) throws {
    self.init(try decoder.singleValueContainer().decode([Entry].self))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(entries)
  }

  /// The measured algorithm, or `nil` if there is none or it cannot compute this convolution.
  public subscript(
    geometry: Conv2DGeometry, operation: ConvolutionOperation
  ) -> ConvolutionAlgorithm? {
    guard let found = algorithms[Key(geometry, operation)], found.applies(to: geometry) else {
      return nil
    }
    return found
  }
}
