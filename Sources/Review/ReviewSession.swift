import Datasets
import Foundation
import Purification
import RunStores
import Support

/// A finished purification as a person reviews it: its samples with pictures and evidence, and the
/// decisions, which go to the run's store at once.
final class ReviewSession {
  let report: ReviewedReport
  let store: RunStore
  private let original: ImageDataset
  private let purified: ImageDataset
  private let candidates: CandidateStore?
  /// Of each sample in the output, by its name there.
  private let places: [String: Int]

  /// - Parameters:
  ///   - folder: an output of `purify`.
  ///   - original: the dataset that was purified.
  ///   - purified: the one in the folder.
  /// - Throws: `ReviewError`, `RunStoreError`, `FileError`.
  init(folder: String, original: ImageDataset, purified: ImageDataset) throws {
    report = try ReviewedReport(folder: folder, original: original)
    self.original = original
    self.purified = purified
    store = try RunStore(of: folder, .review)
    places = purified.placesByName()
    candidates = try report.candidates(beside: folder)
  }

  /// A part of the samples, with the decisions about them.
  func page(_ query: SampleQuery) throws -> SamplePage {
    let decisions = try store.standingDecisions()
    let samples = try store.samples(query).map { record in
      SamplePage.Sample(
        record, decision: decisions[record.sample],
        isInOutput: record.purifiedName.map { places[$0] != nil } ?? false)
    }
    var all = query
    all.limit = nil
    return SamplePage(
      samples: samples, count: try store.count(all), decided: decisions.count,
      total: original.count)
  }

  /// What is known of a sample besides.
  func details(_ sample: Int) throws -> SampleDetails {
    guard let record = try store.sample(sample), original.labels.indices.contains(sample) else {
      throw ReviewError.noSample(sample)
    }
    var details = SampleDetails(record)
    if let candidates, sample < candidates.completed {
      let labels = candidates.labels(of: sample)
      details.victimLabel = labels.original
      details.candidateLabels = labels.candidates
      details.hasCandidateImages = candidates.hasImages(of: sample)
    }
    details.scores = try store.scores(of: sample).map {
      .init(detector: $0.detector, score: $0.score, isFlagged: $0.isFlagged)
    }
    return details
  }

  /// A picture of a sample as a PNG file.
  func picture(_ kind: SamplePicture, of sample: Int) throws -> [UInt8] {
    guard original.labels.indices.contains(sample) else { throw ReviewError.noSample(sample) }
    let before = try original.image(sample)
    switch kind {
    case .before: return try PNG.encode(before)
    case .after: return try PNG.encode(try after(sample))
    case .change:
      return try PNG.encode(
        before.change(to: try after(sample), magnified: SampleGallery.magnification))
    case .candidate(let position):
      guard let candidates, sample < candidates.completed, candidates.hasImages(of: sample),
        (0..<candidates.candidatesPerSample).contains(position)
      else { throw ReviewError.noSample(sample) }
      return try PNG.encode(
        RasterImage(
          shape: original.shape,
          pixels: try candidates.image(of: sample, candidate: position)))
    }
  }

  private func after(_ sample: Int) throws -> RasterImage {
    guard let name = try store.sample(sample)?.purifiedName, let place = places[name] else {
      throw ReviewError.noSample(sample)
    }
    return try purified.image(place)
  }
}

/// Which picture of a sample.
enum SamplePicture: Equatable {
  case before, change, after
  case candidate(Int)

  init?(_ text: String) {
    switch text {
    case "before": self = .before
    case "change": self = .change
    case "after": self = .after
    default:
      guard text.hasPrefix("candidate-"), let position = Int(text.dropFirst(10)) else { return nil }
      self = .candidate(position)
    }
  }
}

extension ImageDataset {
  /// The samples by their names.
  func placesByName() -> [String: Int] {
    Dictionary((0..<count).map { (name(of: $0), $0) }) { first, _ in first }
  }
}
