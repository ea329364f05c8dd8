import Autograd
import Datasets
import Foundation
import Models
import Runs
import Support
import Training

extension FriendlyNoise {
  public var files: [String: String] { reference.files.merging(victim.files) { $1 } }

  /// Friendly noise on all untrusted images, kept in the run's folder as it is made.
  public func purify(
    _ context: PurificationContext
  ) throws -> PurificationOutcome<ReferenceFindings> {
    let (dataset, run) = (context.dataset, context.run)
    try victim.check(dataset, on: context.backend)
    let data = try reference.load(in: context, seed: seed)
    let folder = try context.begin(data.identity())
    let untrusted = data.untrusted(of: dataset)
    let training = ModelTraining(victim, seed: seed, in: context, folder: folder)
    let network = try run.measure("model") {
      try training.victim(on: dataset).inferenceCopy()
    }
    let images = try StoredImages(
      folder.file("friendly-images"), imageBytes: dataset.shape.byteCount)
    try run.measure("friendly noise") {
      let count = try run.count("friendly noise", of: untrusted.count, done: images.count)
      while images.count < untrusted.count {
        let range = images.count..<min(images.count + context.batchSize, untrusted.count)
        let samples = Array(untrusted[range])
        let pixels = try dataset.unitTensor(samples, on: context.backend)
        let perturbations = perturbations(of: pixels, samples: samples, by: network)
        try images.append(try (pixels + perturbations).bytes())
        try count(images.count)
      }
    }
    return data.outcome(
      Revisions(imaged: untrusted, images: images),
      findings: ReferenceFindings(
        reference: data.report,
        parameters: [
          ("α", "\(radius)/255"), ("μ", "\(weight)"),
          ("model", victim.model ?? "trained, \(victim.plan.architecture.rawValue)"),
        ]),
      fingerprint: try context.fingerprint())
  }
}

/// Images in a file, in the order in which they were made.
final class StoredImages: ChangedImages {
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

  func images(_ places: [Int]) throws -> [UInt8] {
    try places.flatMap { try file.read(at: $0 * imageBytes, count: imageBytes) }
  }
}
