import Checkpoints
import Foundation

/// The cross entropy of every sample after each epoch of a training, in evaluation and without
/// augmentation.
public struct LossTrace: Equatable, Sendable {
  public let sampleCount: Int
  /// `[epochs, samples]`.
  public private(set) var losses: [Float] = []

  public init(sampleCount: Int) {
    precondition(sampleCount > 0, "LossTrace: no samples")
    self.sampleCount = sampleCount
  }

  /// - Parameter epochs: the losses of all samples after each epoch.
  public init(_ epochs: [[Float]]) {
    self.init(sampleCount: epochs.first?.count ?? 0)
    for (number, losses) in epochs.enumerated() { record(losses, epoch: number + 1) }
  }

  public var epochCount: Int { losses.count / sampleCount }

  /// The losses of all samples after an epoch, counted from 1.
  public func values(epoch: Int) -> [Float] {
    precondition((1...epochCount).contains(epoch), "LossTrace: epoch \(epoch) of \(epochCount)")
    return Array(losses[(epoch - 1) * sampleCount..<epoch * sampleCount])
  }

  /// The losses of a sample, epoch by epoch.
  public func values(sample: Int) -> [Float] {
    stride(from: sample, to: losses.count, by: sampleCount).map { losses[$0] }
  }

  /// Adds an epoch, or replaces one that is there.
  mutating func record(_ values: [Float], epoch: Int) {
    precondition(
      values.count == sampleCount && (1...epochCount + 1).contains(epoch),
      "LossTrace: \(values.count) losses of epoch \(epoch) after \(epochCount) of \(sampleCount)")
    if epoch > epochCount {
      losses += values
    } else {
      losses.replaceSubrange((epoch - 1) * sampleCount..<epoch * sampleCount, with: values)
    }
  }

  private static let tensor = "losses"

  /// Writes a safetensors file, atomically.
  func save(_ url: URL) throws {
    try SafetensorsFile.write(
      [Self.tensor: StoredTensor(losses, shape: [epochCount, sampleCount])], metadata: [:],
      to: url)
  }

  /// - Returns: nil if the file is not a trace of so many samples.
  init?(_ url: URL, sampleCount: Int) throws {
    let file = try Checkpoint(url)
    let shape = file.shape(Self.tensor)
    guard let shape, shape.count == 2, shape[1] == sampleCount else { return nil }
    self.sampleCount = sampleCount
    losses = try file.floats(Self.tensor)
  }
}
