import Foundation

/// Candidates of a rank's samples on their way to rank 0.
final class CandidatePiece: CandidateSink, Codable {
  private var labels: [SampleLabels] = []
  /// Of some samples, by place.
  private var images: [Int: Data] = [:]

  init() {}

  var completed: Int { labels.count }

  func labels(of sample: Int) -> SampleLabels { labels[sample] }

  func append(_ batch: [SampleLabels], keptImages: [Int: [UInt8]]) {
    for (place, bytes) in keptImages { images[labels.count + place] = Data(bytes) }
    labels += batch
  }

  /// Adds all to a store.
  func append(to store: any CandidateSink) throws {
    try store.append(labels, keptImages: images.mapValues { Array($0) })
  }
}
