import Datasets
import Synchronization
import Training

/// Some samples of a dataset, in order, for whoever asks next; the following ones are read ahead.
final class SampleQueue: Sendable {
  private struct State {
    /// Read, but not taken.
    var bytes: [UInt8] = []
    var samples: Range<Int>
  }

  private let size: Int
  private let blocks: Prefetcher<[UInt8]>
  private let state: Mutex<State>

  init(images: any LabelledImages, samples: Range<Int>, readAhead: Int) {
    size = images.shape.byteCount
    state = Mutex(State(samples: samples))
    let (first, end) = (samples.lowerBound, samples.upperBound)
    blocks = Prefetcher(from: 0) { number in
      let start = min(first + number * readAhead, end)
      return try images.images(Array(start..<min(start + readAhead, end)))
    }
  }

  /// The next samples, fewer than wanted at the end, and their images.
  func take(_ wanted: Int) throws -> (samples: Range<Int>, bytes: [UInt8]) {
    try state.withLock { state in
      let count = min(wanted, state.samples.count)
      while state.bytes.count < count * size { state.bytes += try blocks.next() }
      defer {
        state.samples = state.samples.dropFirst(count)
        state.bytes.removeFirst(count * size)
      }
      return (state.samples.prefix(count), Array(state.bytes.prefix(count * size)))
    }
  }
}
