import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func randomUniform(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    random(kernels.random.uniform, key, streams, rows, columns, into)
  }

  public func randomNormal(
    _ key: NoiseKey, streams: BufferSlice, rows: Int, columns: Int, into: BufferSlice
  ) {
    random(kernels.random.normal, key, streams, rows, columns, into)
  }

  private func random(
    _ kernel: (UnsafePointer<ElixirNoise>, Int, Int, UnsafeMutablePointer<Float>) -> Void,
    _ key: NoiseKey, _ streams: BufferSlice, _ rows: Int, _ columns: Int, _ into: BufferSlice
  ) {
    guard isHealthy else { return }
    let (stream, y) = (streams.integers, into.written())
    forEachSegment(rows, columns) { row, first, last in
      var noise = ElixirNoise(key, stream: stream[row])
      kernel(&noise, first, last, y + row * columns + first)
    }
  }

  /// Cuts rows into segments that begin at whole Philox blocks.
  func forEachSegment(
    _ rows: Int, _ columns: Int, _ body: (_ row: Int, _ first: Int, _ last: Int) -> Void
  ) {
    let length = 4096
    let segments = (columns + length - 1) / length
    let grain = max(1, Self.grain / 2 / max(1, min(columns, length)))
    threads.parallelRanges(rows * segments, grain: grain) { range, _ in
      for item in range {
        let first = item % segments * length
        body(item / segments, first, min(first + length, columns))
      }
    }
  }
}

extension ElixirNoise {
  init(_ key: NoiseKey, stream: Int32) {
    self.init(
      seed: key.seed, stream: UInt32(bitPattern: stream), step: key.step, purpose: key.purpose)
  }
}
