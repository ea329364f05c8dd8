import Datasets

/// Several datasets of one shape as one.
public struct ImageConcatenation: LabelledImages {
  private let parts: [any LabelledImages]
  /// The first sample of each part.
  private let starts: [Int]
  public let labels: [Int32]
  public let classCount: Int
  public let shape: ImageShape

  /// - Throws: `TrainingError.images` where shapes differ.
  public init(_ parts: [any LabelledImages]) throws {
    guard let first = parts.first else { throw TrainingError.tooFewImages(count: 0, needed: 1) }
    for part in parts where part.shape != first.shape {
      throw TrainingError.images(
        "datasets with images of \(first.shape) and of \(part.shape) cannot be used together")
    }
    self.parts = parts
    shape = first.shape
    labels = parts.flatMap(\.labels)
    classCount = parts.map(\.classCount).max() ?? 0
    var start = 0
    starts = parts.map { part in
      defer { start += part.count }
      return start
    }
  }

  public func images(_ samples: [Int]) throws -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(samples.count * shape.byteCount)
    for sample in samples {
      let part = (starts.firstIndex { $0 > sample } ?? starts.count) - 1
      result += try parts[part].images([sample - starts[part]])
    }
    return result
  }
}
