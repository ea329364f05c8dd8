extension CandidateStore {
  /// Samples that are copied at once.
  private static let copiedSamples = 256

  /// Adds what is not there yet of stores that follow one another.
  func append(_ parts: [CandidateStore], progress: (_ completed: Int) throws -> Void) throws {
    var first = 0
    for part in parts {
      let end = first + part.completed
      while completed < end {
        let places = completed - first..<min(completed - first + Self.copiedSamples, part.completed)
        var kept: [Int: [UInt8]] = [:]
        for place in places where part.hasImages(of: place) {
          kept[place - places.lowerBound] = try part.images(of: place)
        }
        try append(places.map { part.labels(of: $0) }, keptImages: kept)
        try progress(completed)
      }
      first = end
    }
  }
}
