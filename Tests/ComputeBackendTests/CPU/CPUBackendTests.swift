import CPUBackend
import ComputeBackend
import Testing

/// What the CPU backend promises beyond the contract.
@Suite struct CPUBackendTests {
  /// Every operation whose work is cut into pieces, on sizes that cut unevenly.
  @Test(arguments: InstructionSet.allCases.filter(\.isSupported))
  func threadsDoNotChangeABit(_ set: InstructionSet) throws {
    let expected = try results(on: CPUBackend(threads: 1, instructionSet: set))
    for threads in [2, 5] {
      let actual = try results(on: CPUBackend(threads: threads, instructionSet: set))
      for (name, values) in expected {
        #expect(actual[name]?.map(\.bitPattern) == values.map(\.bitPattern), "\(name), \(threads)")
      }
    }
  }

  @Test func instructionSetsDrawTheSameNumbers() throws {
    let key = NoiseKey(seed: 0x1234_5678_9ABC_DEF0, step: 7, purpose: 3)
    let expected = Philox.row(key, stream: 41, count: 4099, normal: true)
    for set in InstructionSet.allCases where set.isSupported {
      let backend = try CPUBackend(threads: 2, instructionSet: set)
      let streams = backend.makeBuffer(count: 1)[1]
      backend.upload([Int32(41)], to: streams)
      let numbers = backend.makeBuffer(count: 4099)[4099]
      backend.randomNormal(key, streams: streams, rows: 1, columns: 4099, into: numbers)
      #expect(
        try backend.downloadFloats(numbers).map(\.bitPattern) == expected.map(\.bitPattern),
        "\(set)")
    }
  }

  /// Packed weights must not outlive the weights they were made of.
  @Test func weightsThatChangeAreReadAgain() throws {
    let backend = try CPUBackend(threads: 2)
    let geometry = Conv2DGeometry(
      batch: 1, inputHeight: 1, inputWidth: 1, inputChannels: 2, outputChannels: 1,
      kernelHeight: 1, kernelWidth: 1)
    let x = backend.slice([3, 5])
    let weight = backend.slice([1, 1])
    let y = backend.makeBuffer(count: 2)
    func forward() throws -> [Float] {
      backend.convolve(geometry, input: x, weight: weight, epilogue: Epilogue(), into: y[1])
      return try backend.downloadFloats(y[1])
    }
    func gradient() throws -> [Float] {
      let one = backend.slice([1])
      backend.convolveInputGradient(geometry, outputGradient: one, weight: weight, into: y[2])
      return try backend.downloadFloats(y[2])
    }
    #expect(try forward() == [8])
    #expect(try gradient() == [1, 1])
    backend.upload([2, 0] as [Float], to: weight)
    #expect(try forward() == [6])
    #expect(try gradient() == [2, 0])
    backend.sgdStep(
      SGDParameters(learningRate: 1, momentum: 0, weightDecay: 0), weights: weight,
      gradients: backend.slice([1, -1]), velocity: backend.slice([0, 0]), gradientScale: nil)
    #expect(try forward() == [8])
    #expect(try gradient() == [1, 1])
  }

  @Test func exhaustedMemoryIsReportedOnce() throws {
    let backend = try CPUBackend(threads: 1)
    let small = backend.slice([1, 2])
    let huge = backend.makeBuffer(count: 1 << 50)
    backend.fill(huge[4], with: 1)
    backend.fill(small, with: 9)
    #expect(throws: BackendError.self) { try backend.synchronize() }
    // Operations after the failure did nothing, and the backend is usable again.
    #expect(try backend.downloadFloats(small) == [1, 2])
    backend.fill(small, with: 9)
    #expect(try backend.downloadFloats(small) == [9, 9])
  }

  @Test func impossibleThreadCountIsAnError() {
    #expect(throws: BackendError.self) { try CPUBackend(threads: 0) }
  }

  private func results(on backend: CPUBackend) throws -> [String: [Float]] {
    var slices: [String: BufferSlice] = [:]
    func output(_ name: String, _ count: Int) -> BufferSlice {
      let slice = backend.makeBuffer(count: count)[count]
      slices[name] = slice
      return slice
    }
    for stride in [1, 2] {
      let geometry = Conv2DGeometry(
        batch: 5, inputHeight: 17, inputWidth: 19, inputChannels: 6, outputChannels: 40,
        kernelHeight: 3, kernelWidth: 3, stride: stride, padding: .symmetric(1), groups: 2)
      let (x, weight) = (backend.noise(geometry.inputCount), backend.noise(geometry.weightCount))
      let gradient = backend.noise(geometry.outputCount)
      backend.convolve(
        geometry, input: x, weight: weight,
        epilogue: Epilogue(bias: backend.noise(40), activation: .silu),
        into: output("convolve \(stride)", geometry.outputCount))
      backend.convolveInputGradient(
        geometry, outputGradient: gradient, weight: weight,
        into: output("convolveInputGradient \(stride)", geometry.inputCount))
      backend.convolveWeightGradient(
        geometry, input: x, outputGradient: gradient,
        into: output("convolveWeightGradient \(stride)", geometry.weightCount))
    }
    let norm = GroupNormShape(batch: 3, spatial: 301, channels: 96, groups: 12)
    let (x, g) = (backend.noise(norm.count), backend.noise(norm.count))
    let (gamma, beta) = (backend.noise(96), backend.noise(96))
    let (mean, rstd) = (output("mean", 36), output("rstd", 36))
    backend.groupNorm(
      norm, x, gamma: gamma, beta: beta, epsilon: 1e-5, activation: .silu,
      into: output("groupNorm", norm.count), mean: mean, rstd: rstd)
    backend.groupNormGradient(
      norm, x, gamma: gamma, beta: beta, activation: .silu, mean: mean, rstd: rstd, upstream: g,
      inputGradient: output("dx", norm.count), gammaGradient: output("dgamma", 96),
      betaGradient: output("dbeta", 96))
    let (average, variance) = (output("average", 96), output("variance", 96))
    backend.batchNorm(
      rows: 903, channels: 96, x, gamma: gamma, beta: beta, epsilon: 1e-5, activation: .relu,
      into: output("batchNorm", norm.count), mean: average, variance: variance)
    backend.batchNormGradient(
      rows: 903, channels: 96, x, gamma: gamma, beta: beta, epsilon: 1e-5, activation: .relu,
      mean: average, variance: variance, upstream: g,
      inputGradient: output("batch dx", norm.count), gammaGradient: output("batch dgamma", 96),
      betaGradient: output("batch dbeta", 96))
    for keeping in [BlockAxes.inner, .middle, .outer, [], [.outer, .inner]] {
      let shape = BlockShape(outer: 3, middle: 301, inner: 96)
      backend.reduce(
        .sum, x, shape: shape, keeping: keeping, scale: 0.5,
        into: output("sum \(keeping.rawValue)", shape.count(keeping: keeping)))
    }
    let attention = AttentionShape(
      batch: 1, queries: 130, keys: 70, heads: 2, headSize: 20, scale: 0.2)
    let (q, k) = (backend.noise(attention.queryCount), backend.noise(attention.keyCount))
    backend.attention(
      attention, queries: q, keys: k, values: k,
      into: output("attention", attention.queryCount),
      logSumExp: output("logSumExp", attention.logSumExpCount))
    let slopes = MatrixProductShape(m: 701, n: 9, k: 45, transposeA: true)
    backend.slopeProduct(
      .leakyReLU, backend.noise(slopes.aCount), factors: backend.noise(45),
      backend.noise(slopes.bCount), shape: slopes,
      into: output("slopeProduct", slopes.resultCount))
    let product = MatrixProductShape(m: 131, n: 77, k: 300, transposeA: true)
    backend.matrixProduct(
      product, backend.noise(131 * 300), backend.noise(77 * 300), epilogue: Epilogue(),
      into: output("matrixProduct", 131 * 77))
    return try slices.mapValues { try backend.downloadFloats($0) }
  }
}

extension CPUBackend {
  fileprivate func slice(_ values: [Float]) -> BufferSlice {
    let slice = makeBuffer(count: values.count)[values.count]
    upload(values, to: slice)
    return slice
  }

  /// Normal numbers, the same for each count.
  fileprivate func noise(_ count: Int) -> BufferSlice {
    slice(
      Philox.row(
        NoiseKey(seed: UInt64(count), step: 0, purpose: 0), stream: 0, count: count, normal: true))
  }
}
