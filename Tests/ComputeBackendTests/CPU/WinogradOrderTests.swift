import CPUBackend
import ComputeBackend
import ConvolutionAlgorithms
import Testing

/// Few tiles and many kernels are multiplied in another order than many tiles and few kernels.
@Suite struct WinogradOrderTests {
  static let precisions: [Precision] = Precision.allCases.filter {
    (try? CPUBackend(precision: $0)) != nil
  }

  @Test(arguments: precisions, [ConvolutionAlgorithm.winograd2, .winograd4])
  func batchesAndThreadsDoNotChangeABit(
    _ precision: Precision, _ algorithm: ConvolutionAlgorithm
  ) throws {
    // Tiles of a sample: 9 or 4; 150 kernels in 5 panels of 32, the last one of 22 columns; 70 and
    // 150 rows, which are multiplied in parts of 64.
    // Tiles are transformed first, by each thread itself up to 2 threads, for 64 samples kernels.
    let expected = try results(batch: 1, threads: 2, precision, algorithm)
    for (batch, threads) in [(1, 1), (1, 13), (5, 1), (5, 13), (64, 2), (64, 3)] {
      let found = try results(batch: batch, threads: threads, precision, algorithm)
      for (operation, (found, expected)) in zip(found, expected).enumerated() {
        let isSame = Array(found.prefix(expected.count)) == expected
        #expect(isSame, "operation \(operation), batch \(batch), \(threads) threads")
        #expect(expected.contains { $0 != 0 })
      }
    }
  }

  /// Output and input gradient of the first samples, which are the same in every batch.
  private func results(
    batch: Int, threads: Int, _ precision: Precision, _ algorithm: ConvolutionAlgorithm
  ) throws -> [[Float]] {
    let backend = try CPUBackend(
      threads: threads, precision: precision, convolutions: .always(algorithm))
    let geometry = Conv2DGeometry(
      batch: batch, inputHeight: 5, inputWidth: 6, inputChannels: 70, outputChannels: 150,
      kernelHeight: 3, kernelWidth: 3, stride: 1, padding: .symmetric(1), groups: 1)
    func noise(_ count: Int, step: UInt32) -> BufferSlice {
      let values = Philox.row(
        NoiseKey(seed: 5, step: step, purpose: 0), stream: 0, count: count, normal: true)
      let slice = backend.makeBuffer(count: count)[count]
      backend.upload(values, to: slice)
      return slice
    }
    let weight = noise(geometry.weightCount, step: 0)
    let output = backend.makeBuffer(count: geometry.outputCount)[geometry.outputCount]
    let gradient = backend.makeBuffer(count: geometry.inputCount)[geometry.inputCount]
    backend.convolve(
      geometry, input: noise(geometry.inputCount, step: 1), weight: weight, epilogue: Epilogue(),
      into: output)
    backend.convolveInputGradient(
      geometry, outputGradient: noise(geometry.outputCount, step: 2), weight: weight,
      into: gradient)
    return [try backend.downloadFloats(output), try backend.downloadFloats(gradient)]
  }
}
