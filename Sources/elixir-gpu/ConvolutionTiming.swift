import ComputeBackend

/// One convolution on random data.
struct ConvolutionTiming {
  private let item: ConvolutionRecorder.Item
  private let backend: any ComputeBackend
  private let input: BufferSlice
  private let weight: BufferSlice
  private let output: BufferSlice
  /// What drives the data out of the caches, as the rest of a network does between two steps.
  private let other: BufferSlice
  private static let otherCount = 1 << 24

  init(_ item: ConvolutionRecorder.Item, on backend: any ComputeBackend) throws {
    self.item = item
    self.backend = backend
    let slices = [
      item.geometry.inputCount, item.geometry.weightCount, item.geometry.outputCount,
    ].enumerated().map { stream, count in
      let slice = backend.makeBuffer(count: count)[count]
      let values = Philox.row(
        NoiseKey(seed: 0, step: 0, purpose: 0), stream: Int32(stream), count: count, normal: true)
      backend.upload(values, to: slice)
      return slice
    }
    (input, weight, output) = (slices[0], slices[1], slices[2])
    other = backend.makeBuffer(count: Self.otherCount)[Self.otherCount]
    try backend.synchronize()
  }

  /// The median of repeated runs from empty caches; weights are transformed before the first.
  func seconds(for limit: Double) throws -> Double {
    let clock = ContinuousClock()
    let times = try Measurement.repeated(seconds: limit) {
      backend.fill(other, with: 0)
      try backend.synchronize()
      let start = clock.now
      run()
      try backend.synchronize()
      return (clock.now - start) / .seconds(1)
    }
    return times.sorted()[times.count / 2]
  }

  private func run() {
    let geometry = item.geometry
    switch item.operation {
    case .forward:
      backend.convolve(
        geometry, input: input, weight: weight, epilogue: Epilogue(), into: output)
    case .inputGradient:
      backend.convolveInputGradient(
        geometry, outputGradient: output, weight: weight, into: input)
    case .weightGradient:
      backend.convolveWeightGradient(
        geometry, input: input, outputGradient: output, into: weight)
    }
  }
}
