import LinearAlgebra

/// Rows of numbers, one for each sample.
public protocol SampleRows {
  var count: Int { get }
  var columns: Int { get }
  /// The rows of some samples, `[N, columns]`.
  ///
  /// - Throws: `FileError`.
  func values(of samples: ArraySlice<Int>) throws -> [Float]
}

extension SampleRows {
  /// Some of the rows, in Double.
  public func matrix(_ samples: some Collection<Int>) throws -> Matrix {
    let samples = Array(samples)[...]
    return Matrix(rows: samples.count, columns: columns, values: try values(of: samples))
  }

  /// What `body` makes of some of the rows, block by block: one element for each, in order.
  package func map<Element>(
    _ samples: [Int], _ body: (Matrix) throws -> some Sequence<Element>
  ) throws -> [Element] {
    var result: [Element] = []
    result.reserveCapacity(samples.count)
    for start in stride(from: 0, to: samples.count, by: SampleRowBlock.size) {
      let part = samples[start..<min(start + SampleRowBlock.size, samples.count)]
      result += try body(matrix(part))
    }
    return result
  }
}

enum SampleRowBlock {
  /// Rows that are in memory at once.
  static let size = 1024
}
