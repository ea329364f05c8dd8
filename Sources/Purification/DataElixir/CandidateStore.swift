import Foundation
import Runs
import Support

/// The victim's labels of every sample, and the candidate images of anomalous ones, on disk.
///
/// A run appends as it goes; opened again after a crash, the store holds every batch that was
/// completed. Two files in a folder:
///
/// - `candidates.images`: records of n·m images of one sample each, in the order of appending.
/// - `candidates.journal`: a record for each batch, written after its images are on the disk, in
///   little-endian words: count of payload bytes (u32), payload, checksum of the payload (u64). The
///   payload is the first sample (u32), the number of samples (u32), and for each sample: the
///   original's label (u16), the number of candidate labels (u16), those labels (u16 each), the
///   place of its images (u32, 2³²−1 for none), and if there are any the checksum of each (u64).
///
/// Checksums are the first 64 bits of the SHA-256. A last record that is cut short or fails its
/// checksum is dropped with the images after it.
package final class CandidateStore {
  /// Candidates of a sample that was run to the end, n·m.
  package let candidatesPerSample: Int
  private let imageBytes: Int
  /// Labels are below it.
  private let classes: Int
  private let journal: AppendOnlyFile
  private let images: AppendOnlyFile
  /// Labels of all samples so far, one after another: the original's, then the candidates'.
  private var labels: [UInt16] = []
  /// Where each sample's labels begin, and the end.
  private var starts: [Int] = [0]
  private var places: [Int: Place] = [:]

  private struct Place {
    var index: UInt32
    /// Of each candidate image.
    var checksums: [UInt64]
  }

  private static let noPlace = UInt32.max

  /// Candidates of a sample, and classes, that a store can tell apart.
  package static let limit = Int(UInt16.max)

  /// Opens the store in an existing folder, or starts it.
  package init(
    directory: URL, candidatesPerSample: Int, imageBytes: Int, classes: Int = limit
  ) throws {
    self.candidatesPerSample = candidatesPerSample
    self.imageBytes = imageBytes
    self.classes = classes
    journal = try AppendOnlyFile(directory.appendingPathComponent("candidates.journal").path)
    images = try AppendOnlyFile(directory.appendingPathComponent("candidates.images").path)
    try recover()
  }

  /// Samples whose labels are known: 0 ..< completed.
  package var completed: Int { starts.count - 1 }

  package func labels(of sample: Int) -> SampleLabels {
    let range = starts[sample]..<starts[sample + 1]
    return SampleLabels(
      original: Int(labels[range.lowerBound]), candidates: labels[range.dropFirst()].map(Int.init))
  }

  /// Whether the sample's candidate images were kept.
  package func hasImages(of sample: Int) -> Bool { places[sample] != nil }

  /// All candidate images of a sample whose images were kept, `[n·m, H, W, C]`.
  package func images(of sample: Int) throws -> [UInt8] {
    try (0..<candidatesPerSample).flatMap { try image(of: sample, candidate: $0) }
  }

  /// One candidate image `[H, W, C]`.
  package func image(of sample: Int, candidate: Int) throws -> [UInt8] {
    guard let place = places[sample] else {
      preconditionFailure("CandidateStore.image: none was kept of sample \(sample)")
    }
    let bytes = try images.read(
      at: Int(place.index) * recordBytes + candidate * imageBytes, count: imageBytes)
    guard SHA256.checksum(bytes) == place.checksums[candidate] else {
      throw RunError.damaged(
        path: images.path, reason: "an image of sample \(sample) fails its checksum")
    }
    return bytes
  }

  /// Adds the next samples; `keptImages` are by position in `batch`.
  package func append(_ batch: [SampleLabels], keptImages: [Int: [UInt8]]) throws {
    var payload = ByteWriter()
    payload.append(UInt32(completed))
    payload.append(UInt32(batch.count))
    var next = UInt32(images.count / recordBytes)
    for (position, sample) in batch.enumerated() {
      payload.append(UInt16(sample.original))
      payload.append(UInt16(sample.candidates.count))
      for label in sample.candidates { payload.append(UInt16(label)) }
      if let kept = keptImages[position] {
        precondition(
          kept.count == recordBytes,
          "CandidateStore.append: \(kept.count) bytes of images instead of \(recordBytes)")
        try images.append(kept)
        payload.append(next)
        for start in stride(from: 0, to: recordBytes, by: imageBytes) {
          payload.append(SHA256.checksum(Array(kept[start..<start + imageBytes])))
        }
        next += 1
      } else {
        payload.append(Self.noPlace)
      }
    }
    try images.flush()
    var record = ByteWriter()
    record.append(UInt32(payload.bytes.count))
    record.append(contentsOf: payload.bytes)
    record.append(SHA256.checksum(payload.bytes))
    try journal.append(record.bytes)
    try journal.flush()
    try take(payload.bytes)
  }

  private var recordBytes: Int { candidatesPerSample * imageBytes }

  /// Reads the journal, and cuts both files after the last whole record.
  private func recover() throws {
    var offset = 0
    while offset + 4 <= journal.count {
      var head = ByteReader(try journal.read(at: offset, count: 4))
      let size = Int(head.next(UInt32.self) ?? 0)
      guard offset + 4 + size + 8 <= journal.count else { break }
      let payload = try journal.read(at: offset + 4, count: size)
      var tail = ByteReader(try journal.read(at: offset + 4 + size, count: 8))
      guard tail.next(UInt64.self) == SHA256.checksum(payload) else { break }
      try take(payload)
      offset += 4 + size + 8
    }
    try journal.truncate(to: offset)
    let kept = places.count * recordBytes
    guard images.count >= kept else {
      throw RunError.damaged(
        path: images.path, reason: "\(images.count) bytes instead of \(kept)")
    }
    try images.truncate(to: kept)
  }

  /// Takes a batch from its payload.
  private func take(_ payload: [UInt8]) throws {
    let failure = RunError.damaged(
      path: journal.path, reason: "a record that no run has written")
    var reader = ByteReader(payload)
    guard reader.next(UInt32.self) == UInt32(completed), let count = reader.next(UInt32.self) else {
      throw failure
    }
    for _ in 0..<count {
      guard let original = reader.next(UInt16.self), let candidates = reader.next(UInt16.self)
      else {
        throw failure
      }
      guard original < classes, candidates <= candidatesPerSample else { throw failure }
      labels.append(original)
      for _ in 0..<candidates {
        guard let label = reader.next(UInt16.self), label < classes else { throw failure }
        labels.append(label)
      }
      guard let index = reader.next(UInt32.self) else { throw failure }
      if index != Self.noPlace {
        guard Int(index) == places.count else { throw failure }
        let checksums = (0..<candidatesPerSample).compactMap { _ in reader.next(UInt64.self) }
        guard checksums.count == candidatesPerSample else { throw failure }
        places[completed] = Place(index: index, checksums: checksums)
      }
      starts.append(labels.count)
    }
  }
}
