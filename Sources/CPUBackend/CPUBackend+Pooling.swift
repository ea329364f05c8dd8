import CMicroKernels
import ComputeBackend

extension CPUBackend {
  public func maxPool(
    _ geometry: Pool2DGeometry, _ input: BufferSlice, into: BufferSlice, indices: BufferSlice
  ) {
    guard isHealthy else { return }
    var window = ElixirWindow(
      height: geometry.inputHeight, width: geometry.inputWidth, channels: geometry.channels,
      outputHeight: geometry.outputHeight, outputWidth: geometry.outputWidth,
      kernel: geometry.kernel, stride: geometry.stride, padding: geometry.padding)
    let (x, y, places) = (input.floats, into.written(), indices.writtenIntegers())
    withUnsafePointer(to: &window) { window in
      threads.parallelRanges(geometry.batch * geometry.outputHeight, grain: 4) { range, _ in
        elixirMaxPool(window, x, range.lowerBound, range.upperBound, y, places)
      }
    }
  }

  public func scatterAdd(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice) {
    guard isHealthy else { return }
    let (x, places, y) = (source.floats, indices.integers, into.written())
    let (count, total) = (source.count, into.count)
    // Each piece owns a range of the output, so the order of additions is that of the source.
    let pieces = count < Self.grain ? 1 : threads.threads
    threads.parallelFor(pieces) { piece, _ in
      let first = total * piece / pieces
      let last = total * (piece + 1) / pieces
      (y + first).update(repeating: 0, count: last - first)
      elixirScatterAdd(x, places, count, first, last, y)
    }
  }

  public func gather(_ source: BufferSlice, indices: BufferSlice, into: BufferSlice) {
    guard isHealthy else { return }
    let (x, places, y) = (source.floats, indices.integers, into.written())
    let count = source.count
    threads.parallelRanges(into.count, grain: Self.grain) { range, _ in
      for i in range {
        let from = Int(places[i])
        precondition(from >= 0 && from < count, "gather: element \(from) of \(count)")
        y[i] = x[from]
      }
    }
  }

  public func averagePool(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice
  ) {
    let (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    let rows = batch * (height / factor)
    guard isHealthy, into.count > 0 else { return }
    let (x, y) = (input.floats, into.written())
    threads.parallelRanges(rows, grain: max(1, Self.grain / (width * channels))) { range, _ in
      elixirAveragePool(
        x, height, width, channels, factor, scale, range.lowerBound, range.upperBound, y)
    }
  }

  public func upsampleNearest(
    _ input: BufferSlice, shape: [Int], factor: Int, scale: Float, into: BufferSlice
  ) {
    let (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3])
    guard isHealthy, into.count > 0 else { return }
    let (x, y) = (input.floats, into.written())
    let work = width * channels * factor * factor
    threads.parallelRanges(batch * height, grain: max(1, Self.grain / work)) { range, _ in
      elixirUpsample(x, width, channels, factor, scale, range.lowerBound, range.upperBound, y)
    }
  }
}
