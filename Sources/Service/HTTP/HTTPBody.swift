/// The body of an answer, of which the library takes as much as it can send.
final class HTTPBody {
  /// What the library is told instead of a count (`MHD_CONTENT_READER_END_…`).
  enum Outcome {
    static let end = -1
    static let failed = -2
  }

  private let parts: HTTPAnswer.Parts
  private let isStopping: () -> Bool
  /// What of the last part was not taken yet.
  private var rest: ArraySlice<UInt8> = []

  init(_ parts: @escaping HTTPAnswer.Parts, isStopping: @escaping () -> Bool) {
    self.parts = parts
    self.isStopping = isStopping
  }

  /// Waits until there is something, and returns how many bytes it is.
  func fill(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    do {
      while rest.isEmpty {
        // Whoever is cut short notices by the count, or by the chunk that is missing.
        guard !isStopping() else { return Outcome.failed }
        guard let part = try parts() else { return Outcome.end }
        rest = part[...]
      }
    } catch {
      return Outcome.failed
    }
    let count = min(rest.count, buffer.count)
    buffer.copyBytes(from: rest.prefix(count))
    rest.removeFirst(count)
    return count
  }
}
