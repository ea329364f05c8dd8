import ComputeBackend
import Datasets
import Models
import Synchronization

/// One batch on the host: normalised pixels `[N, H, W, C]`, labels, and the samples' numbers.
public struct Batch: Sendable {
  public var pixels: [Float]
  public var labels: [Int32]
  public var samples: [Int32]
  public var shape: ImageShape

  public var count: Int { labels.count }
  public var tensorShape: [Int] { shape.batchShape(count) }

  /// The samples at some positions.
  func part(_ positions: Range<Int>) -> Batch {
    guard positions.count < count else { return self }
    let size = shape.byteCount
    return Batch(
      pixels: Array(pixels[positions.lowerBound * size..<positions.upperBound * size]),
      labels: Array(labels[positions]), samples: Array(samples[positions]), shape: shape)
  }
}

/// Batches of shuffled, augmented images; each is a function of the seed and its step alone.
///
/// A remainder that does not fill a batch is left out of its epoch unless all images are asked for;
/// every epoch shuffles anew.
public final class BatchLoader: Sendable {
  public let images: any LabelledImages
  public let batchSize: Int
  public let batchesPerEpoch: Int
  private let normalization: InputNormalization
  private let augmentation: Augmentation
  private let seed: UInt64
  /// Images of an epoch.
  private let count: Int
  private let order = Mutex<(epoch: Int, samples: [Int])?>(nil)

  /// - Parameters:
  ///   - batchSize: at most; fewer images than that make one batch.
  ///   - takesAll: each epoch has every image, in batches of nearly equal sizes.
  public init(
    _ images: any LabelledImages, batchSize: Int, normalization: InputNormalization,
    augmentation: Augmentation = .none, takesAll: Bool = false, seed: UInt64
  ) {
    precondition(batchSize > 0 && images.count > 0, "BatchLoader: no images, or batches of none")
    precondition(
      normalization.mean.count == images.shape.channels,
      "BatchLoader: normalisation of \(normalization.mean.count) channels, images \(images.shape)")
    self.images = images
    let size = min(batchSize, images.count)
    self.batchSize = size
    batchesPerEpoch = (images.count + (takesAll ? size - 1 : 0)) / size
    count = takesAll ? images.count : batchesPerEpoch * size
    self.normalization = normalization
    self.augmentation = augmentation
    self.seed = seed
  }

  /// The batch of a training step, counted from 0 over all epochs.
  public func batch(step: Int) throws -> Batch {
    let (epoch, number) = step.quotientAndRemainder(dividingBy: batchesPerEpoch)
    let (start, end) = (number * count / batchesPerEpoch, (number + 1) * count / batchesPerEpoch)
    let samples = Array(shuffled(epoch)[start..<end])
    return try Self.batch(
      samples, of: images, normalization: normalization, augmentation: augmentation, seed: seed,
      epoch: epoch)
  }

  /// A batch of given samples; without augmentation unless told.
  public static func batch(
    _ samples: [Int], of images: any LabelledImages, normalization: InputNormalization,
    augmentation: Augmentation = .none, seed: UInt64 = 0, epoch: Int = 0
  ) throws -> Batch {
    let bytes = try images.images(samples)
    let size = images.shape.byteCount
    let table = normalization.byteTable
    let pixels = [Float](unsafeUninitializedCapacity: bytes.count) { output, filled in
      for (position, sample) in samples.enumerated() {
        let range = position * size..<(position + 1) * size
        Augmentation.write(
          bytes[range], shape: images.shape,
          draw: augmentation.draw(seed: seed, epoch: epoch, sample: sample), table: table,
          into: UnsafeMutableBufferPointer(rebasing: output[range]))
      }
      filled = bytes.count
    }
    let labels = images.labels
    return Batch(
      pixels: pixels, labels: samples.map { labels[$0] }, samples: samples.map { Int32($0) },
      shape: images.shape)
  }

  private func shuffled(_ epoch: Int) -> [Int] {
    order.withLock { order in
      if let order, order.epoch == epoch { return order.samples }
      var random = PhiloxGenerator(
        seed: seed, step: UInt32(truncatingIfNeeded: epoch), purpose: .trainingOrder)
      let samples = Array(0..<images.count).shuffled(using: &random)
      order = (epoch, samples)
      return samples
    }
  }
}

extension InputNormalization {
  /// What each channel's 256 bytes become.
  var byteTable: [Float] {
    zip(mean, standardDeviation).flatMap { mean, deviation in
      (0...255).map { (Float($0) / 255 - mean) / deviation }
    }
  }
}
