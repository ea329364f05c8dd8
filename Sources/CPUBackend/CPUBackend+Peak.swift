import CMicroKernels
import ComputeBackend

extension CPUBackend: PeakMeasurement {
  /// A block of registers for each thread, eight times over: no thread waits long for the last one.
  public var multiplyAddElements: Int { kernels.peak.block * threads.threads * 8 }

  public func repeatMultiplyAdd(
    _ values: BufferSlice, factor: Float, addend: Float, count: Int
  ) {
    guard isHealthy else { return }
    let x = values.written()
    let block = kernels.peak.block
    threads.parallelFor((values.count + block - 1) / block) { index, _ in
      let start = index * block
      kernels.peak.multiplyAdd(
        x + start, min(block, values.count - start), count, factor, addend)
    }
  }
}
