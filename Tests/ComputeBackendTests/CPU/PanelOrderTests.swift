import CPUBackend
import ComputeBackend
import ConvolutionAlgorithms
import Testing

/// Weights of their own are put into the order of panels where they lie; those that are a part of a
/// buffer are not.
@Suite struct PanelOrderTests {
  private let backend: CPUBackend
  private static let geometry = Conv2DGeometry(
    batch: 2, inputHeight: 5, inputWidth: 6, inputChannels: 37, outputChannels: 64,
    kernelHeight: 3, kernelWidth: 3, padding: .symmetric(1))

  init() throws { backend = try CPUBackend(threads: 2) }

  @Test(arguments: ConvolutionAlgorithm.allCases, [64, 70])
  func whereAWeightLiesDoesNotChangeABit(
    _ algorithm: ConvolutionAlgorithm, _ outputs: Int
  ) throws {
    let backend = try CPUBackend(threads: 2, convolutions: .always(algorithm))
    var geometry = Self.geometry
    geometry.outputChannels = outputs
    let values = noise(geometry.weightCount, 0)
    let own = upload(values, to: backend)
    let part = upload(values + [0], to: backend).range(from: 0, count: values.count)
    let input = upload(noise(geometry.inputCount, 1), to: backend)
    let upstream = upload(noise(geometry.outputCount, 2), to: backend)

    func output(_ weight: BufferSlice) throws -> [Float] {
      let into = backend.makeBuffer(count: geometry.outputCount)[geometry.outputCount]
      backend.convolve(geometry, input: input, weight: weight, epilogue: Epilogue(), into: into)
      return try backend.downloadFloats(into)
    }
    func gradient(_ weight: BufferSlice) throws -> [Float] {
      let into = backend.makeBuffer(count: geometry.inputCount)[geometry.inputCount]
      backend.convolveInputGradient(
        geometry, outputGradient: upstream, weight: weight, into: into)
      return try backend.downloadFloats(into)
    }
    let expected = try output(part)
    #expect(try output(own) == expected)
    #expect(try output(own) == expected)
    #expect(try backend.downloadFloats(own) == values)
    #expect(try gradient(own) == gradient(part))
    #expect(try output(own) == expected)
    // A new weight, and then another one in a part of it.
    backend.upload(noise(values.count, 3), to: own)
    #expect(try output(own) != expected)
    for weight in [own, part] {
      let (first, rest) = (106, values.count - 106)
      backend.upload(noise(first, 4), to: weight.range(from: 0, count: first))
      backend.upload(noise(rest, 5), to: weight.range(from: first, count: rest))
    }
    #expect(try backend.downloadFloats(own) == backend.downloadFloats(part))
    #expect(try output(own) == output(part))
  }

  /// x·xᵀ: one buffer is read both ways.
  @Test func bothOperandsInOneBuffer() throws {
    let (rows, inner) = (64, 37)
    let values = noise(rows * inner, 5)
    let (x, y) = (upload(values, to: backend), upload(values, to: backend))
    let shape = MatrixProductShape(m: rows, n: rows, k: inner, transposeB: true)
    func product(_ a: BufferSlice, _ b: BufferSlice) throws -> [Float] {
      let into = backend.makeBuffer(count: rows * rows)[rows * rows]
      backend.matrixProduct(shape, a, b, epilogue: Epilogue(), into: into)
      return try backend.downloadFloats(into)
    }
    let expected = try product(x, y)
    #expect(try product(x, x) == expected)
    #expect(try product(y, y) == expected)
    #expect(try product(x, y) == expected)
    #expect(try backend.downloadFloats(y) == values)
  }

  /// Memory that a weight left in the order of panels is memory like any other to several threads.
  @Test func threadsFillMemoryThatWasInTheOrderOfPanels() throws {
    let backend = try CPUBackend(threads: 4)
    let inner = 512
    func product(_ rows: Int, _ weight: BufferSlice) throws -> [Float] {
      let x = upload(noise(inner, 7), to: backend)
      let into = backend.makeBuffer(count: rows)[rows]
      backend.matrixProduct(
        MatrixProductShape(m: 1, n: rows, k: inner, transposeB: true), x, weight,
        epilogue: Epilogue(), into: into)
      return try backend.downloadFloats(into)
    }
    // A part of a buffer is packed into memory of its own, here of the size of the weight below.
    let (rows, wider) = (1024, 1088)
    let values = noise(rows * inner, 8)
    let parts = (0..<2).map { _ in
      upload(values + [0], to: backend).range(from: 0, count: values.count)
    }
    let expected = try product(rows, parts[0])
    do {
      _ = try product(wider, upload(noise(wider * inner, 9), to: backend))
    }
    let misses = backend.pool.statistics.misses
    let again = try withExtendedLifetime(parts) { try product(rows, parts[1]) }
    #expect(again == expected)
    #expect(backend.pool.statistics.misses == misses, "the weight's memory was not used again")
  }

  private func noise(_ count: Int, _ step: UInt32) -> [Float] {
    Philox.row(
      NoiseKey(seed: 6, step: step, purpose: 0), stream: 0, count: count, normal: true)
  }

  private func upload(_ values: [Float], to backend: CPUBackend) -> BufferSlice {
    let slice = backend.makeBuffer(count: values.count)[values.count]
    backend.upload(values, to: slice)
    return slice
  }
}
