/// Candidates of samples: labels of all of them, images of some.
package protocol CandidateSource {
  /// The victim's labels of a sample.
  func labels(of sample: Int) -> SampleLabels
  /// Positions of the candidates whose images were kept, rising.
  func imaged(of sample: Int) -> [Int]
  /// One candidate image `[H, W, C]`.
  func image(of sample: Int, candidate: Int) throws -> [UInt8]
}

/// Where candidates of samples go, in the order of the samples.
package protocol CandidateSink: AnyObject {
  /// Samples whose labels are known: 0 ..< completed.
  var completed: Int { get }
  func labels(of sample: Int) -> SampleLabels
  /// Adds the next samples; `keptImages` are by position in `batch`.
  func append(_ batch: [SampleLabels], keptImages: [Int: [UInt8]]) throws
}

extension CandidateStore: CandidateSink {}

extension CandidateStore: CandidateSource {
  package func imaged(of sample: Int) -> [Int] {
    hasImages(of: sample) ? Array(0..<candidatesPerSample) : []
  }
}

/// The candidates of all looks at a dataset: those of the first pass, and of the later ones at some
/// of its samples.
package struct CandidateLooks: CandidateSource {
  struct Look {
    var store: CandidateStore
    /// Where samples of the dataset lie in the store; nil if it has all of them, in order.
    var places: [Int: Int]?

    func place(of sample: Int) -> Int? { places.map { $0[sample] } ?? sample }
  }

  private var looks: [Look]

  package init(first: CandidateStore) {
    looks = [Look(store: first, places: nil)]
  }

  init(looks: [Look]) { self.looks = looks }

  mutating func append(_ look: Look) { looks.append(look) }

  package func labels(of sample: Int) -> SampleLabels {
    var result: SampleLabels?
    for look in looks {
      guard let place = look.place(of: sample) else { continue }
      let labels = look.store.labels(of: place)
      if result == nil { result = labels } else { result?.candidates += labels.candidates }
    }
    guard let result else { preconditionFailure("CandidateLooks: sample \(sample) was never seen") }
    return result
  }

  package func imaged(of sample: Int) -> [Int] {
    var start = 0
    var result: [Int] = []
    for look in looks {
      guard let place = look.place(of: sample) else { continue }
      result += look.store.imaged(of: place).map { start + $0 }
      start += look.store.labels(of: place).candidates.count
    }
    return result
  }

  package func image(of sample: Int, candidate: Int) throws -> [UInt8] {
    var position = candidate
    for look in looks {
      guard let place = look.place(of: sample) else { continue }
      let count = look.store.labels(of: place).candidates.count
      if position < count { return try look.store.image(of: place, candidate: position) }
      position -= count
    }
    preconditionFailure("CandidateLooks: sample \(sample) has no candidate \(candidate)")
  }
}
