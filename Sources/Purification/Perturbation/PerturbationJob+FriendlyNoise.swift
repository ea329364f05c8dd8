import Autograd
import Datasets
import Foundation
import Models
import Support

extension PerturbationJob {
  /// Friendly noise on all untrusted images, kept in the run's folder as it is made.
  func runFriendlyNoise(
    _ noise: FriendlyNoise, _ untrusted: any LabelledImages, samples: [Int], folder: RunFolder,
    timings: inout PhaseTimings
  ) throws -> any ChangedImages {
    let training = ModelTraining(
      options: options.victim, shape: dataset.shape, classCount: dataset.classCount,
      seed: options.seed, folder: folder, backend: backend, events: events)
    let network = try timings.measure("model") {
      try training.victim(on: dataset).inferenceCopy()
    }
    let result = try StoredImages(
      folder.file("friendly-images"), imageBytes: dataset.shape.byteCount)
    try timings.measure("friendly noise") {
      let meter = ThroughputMeter(total: samples.count, done: result.count)
      while result.count < samples.count {
        let range = result.count..<min(result.count + batchSize, samples.count)
        let images = Tensor(
          try untrusted.unitPixels(Array(range)), shape: dataset.shape.batchShape(range.count),
          on: backend)
        let perturbations = noise.perturbations(
          of: images, samples: Array(samples[range]), by: network)
        try result.append(try (images + perturbations).bytes())
        try events.progress(
          "friendly noise", meter.line(result.count), result.count == samples.count)
      }
    }
    return result
  }
}

/// Images in a file, in the order in which they were made.
final class StoredImages: ChangedImages, @unchecked Sendable {
  private let file: AppendOnlyFile
  private let imageBytes: Int

  /// Goes on with the whole images that the file holds.
  init(_ url: URL, imageBytes: Int) throws {
    self.imageBytes = imageBytes
    file = try AppendOnlyFile(url.path)
    try file.truncate(to: file.count / imageBytes * imageBytes)
  }

  var count: Int { file.count / imageBytes }

  /// Adds images and waits until they are on the disk.
  func append(_ images: [UInt8]) throws {
    precondition(images.count % imageBytes == 0, "StoredImages: \(images.count) bytes")
    try file.append(images)
    try file.flush()
  }

  func images(_ samples: [Int]) throws -> [UInt8] {
    try samples.flatMap { try file.read(at: $0 * imageBytes, count: imageBytes) }
  }
}
