import Foundation
import Runs
import Support

/// The perturbations δ of the samples that were ever moved, in a file that only grows; samples
/// without a record have none.
///
/// A record is the sample's number, ‖δ‖∞, ‖δ‖₂² and δ; the latest one of a sample counts.
package final class PerturbationStore {
  /// Elements of an image.
  package let elements: Int
  private let file: AppendOnlyFile
  private var places: [Int: Int] = [:]
  /// ‖δ‖∞ of the moved samples, for pixels in [0, 1].
  package private(set) var greatest: [Int: Float] = [:]
  package private(set) var squaredNorms: [Int: Float] = [:]

  private static let headerSize = 12
  private var recordSize: Int { Self.headerSize + 4 * elements }

  /// Opens the file and forgets what follows its first `count` bytes.
  package init(_ url: URL, elements: Int, byteCount count: Int) throws {
    self.elements = elements
    file = try AppendOnlyFile(url.path)
    guard count <= file.count, count % (Self.headerSize + 4 * elements) == 0 else {
      throw RunError.damaged(
        path: url.path, reason: "it has \(file.count) bytes instead of \(count)")
    }
    try file.truncate(to: count)
    for place in stride(from: 0, to: count, by: recordSize) {
      note(try file.read(at: place, count: Self.headerSize), at: place)
    }
  }

  /// Bytes of the whole records.
  package var byteCount: Int { file.count }

  package func flush() throws { try file.flush() }

  /// δ of some samples, `[samples, elements]`.
  package func perturbations(of samples: [Int]) throws -> [Float] {
    var values: [Float] = []
    values.reserveCapacity(samples.count * elements)
    for sample in samples {
      guard let place = places[sample] else {
        values += repeatElement(0, count: elements)
        continue
      }
      let bytes = try file.read(at: place + Self.headerSize, count: 4 * elements)
      bytes.withUnsafeBytes { values += $0.bindMemory(to: Float.self) }
    }
    return values
  }

  /// Adds newer perturbations `[samples, elements]`.
  package func append(_ values: [Float], of samples: [Int]) throws {
    precondition(
      values.count == samples.count * elements,
      "PerturbationStore: \(values.count) values for \(samples.count) samples of \(elements)")
    for (row, sample) in samples.enumerated() {
      let perturbation = values[row * elements..<(row + 1) * elements]
      let norms = [
        perturbation.reduce(0) { max($0, abs($1)) }, perturbation.reduce(0) { $0 + $1 * $1 },
      ]
      var record = withUnsafeBytes(of: Int32(sample)) { Array($0) }
      record += norms.withUnsafeBytes { Array($0) }
      perturbation.withUnsafeBytes { record += $0 }
      note(record, at: file.count)
      try file.append(record)
    }
  }

  private func note(_ record: [UInt8], at place: Int) {
    record.withUnsafeBytes { bytes in
      let sample = Int(bytes.loadUnaligned(as: Int32.self))
      places[sample] = place
      greatest[sample] = bytes.loadUnaligned(fromByteOffset: 4, as: Float.self)
      squaredNorms[sample] = bytes.loadUnaligned(fromByteOffset: 8, as: Float.self)
    }
  }
}
