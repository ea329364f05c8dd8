import Autograd
import ComputeBackend
import ReferenceBackend
import Testing

/// What is recorded, what is differentiated, and what memory is kept.
@Suite struct TapeTests {
  let backend = ReferenceBackend()

  @Test func recordsOnlyWhereAGradientIsWanted() {
    let x = Tensor([1, 2], shape: [2], on: backend)
    #expect(!(x * 2).requiresGradient)
    let v = x.variable()
    #expect((v * 2).requiresGradient)
    #expect(!withoutGradient { v * 2 }.requiresGradient)
    #expect(!v.detached().square().requiresGradient)
    #expect(!gradient(of: v.square().sum(), wrt: [v])[0].requiresGradient)
    #expect(gradient(of: v.square().sum(), wrt: [v], createGraph: true)[0].requiresGradient)
  }

  @Test func sumsTheContributionsOfAllPaths() throws {
    let x = Tensor([2, 3], shape: [2], on: backend).variable()
    let y = x * x + x * 3 + x.reshaped([1, 2]).reshaped([2]) + x + x + x
    #expect(try gradient(of: y.sum(), wrt: [x])[0].values() == [11, 13])
  }

  @Test func differentiatesWithRespectToInnerTensors() throws {
    let x = Tensor([2, 3], shape: [2], on: backend).variable()
    let y = x.square()
    let gradients = gradient(of: y.square().sum(), wrt: [x, y])
    #expect(try gradients[0].values() == [32, 108])
    #expect(try gradients[1].values() == [8, 18])
  }

  @Test func independentInputsHaveGradientZero() throws {
    let x = Tensor([2, 3], shape: [2], on: backend).variable()
    let z = Tensor([1], shape: [1], on: backend).variable()
    let gradients = gradient(of: x.sum(), wrt: [z, x])
    #expect(try gradients[0].values() == [0])
    #expect(try gradients[1].values() == [1, 1])
    let second = gradient(
      of: gradient(of: x.sum(), wrt: [x], createGraph: true)[0].sum(), wrt: [x])
    #expect(try second[0].values() == [0, 0])
  }

  /// An input that another input was computed from must not be counted twice in second order.
  @Test func fusedInputsMayDependOnEachOther() throws {
    let x = Tensor.random([1, 4, 4, 2], stream: 1, on: backend)
    let weight = Tensor.random([2, 3, 3, 2], stream: 2, on: backend)
    func slope(_ inputs: [Tensor]) -> Tensor {
      let x = inputs[0]
      let normalized = groupNorm(
        x, gamma: x.rows(0..<1).channels(0..<2).reshaped([16, 2]).rows(1..<2).reshaped([2]),
        beta: inputs[1].reshaped([18, 2]).rows(3..<4).reshaped([2]), groups: 1, epsilon: 1e-3,
        activation: .silu)
      let y = convolve(
        normalized, weight: inputs[1], residual: normalized, padding: .symmetric(1),
        activation: .relu)
      let gradients = gradient(of: y.square().sum(), wrt: inputs, createGraph: true)
      return gradients[0].square().sum() + gradients[1].square().sum()
    }
    expectGradient(of: slope, at: [x, weight], on: backend, tolerance: 1e-4, "dependent inputs")
  }

  @Test func computesNoGradientsThatAreNotAskedFor() {
    let x = Tensor.random([1, 3, 3, 1], stream: 1, on: backend).variable()
    let weight = Tensor.random([1, 3, 3, 1], stream: 2, on: backend).variable()
    let loss = convolve(x, weight: weight, padding: .symmetric(1)).sum()
    /// Tensors made while differentiating.
    func tensorsMade(_ inputs: [Tensor]) -> Int {
      backend.pool.resetCounts()
      _ = gradient(of: loss, wrt: inputs)
      return backend.pool.statistics.hits + backend.pool.statistics.misses
    }
    let both = tensorsMade([x, weight])
    #expect(tensorsMade([x]) == both - 1)
    #expect(tensorsMade([weight]) == both - 1)
  }

  @Test func checkpointsKeepNoIntermediates() throws {
    let x = Tensor.random([4, 8], stream: 1, on: backend).variable()
    let weight = Tensor.random([8, 8], stream: 2, on: backend).variable()
    let bias = (Tensor.random([8], stream: 3, on: backend).variable() * 2)
    // Uses `weight` and `bias`, which are not among its inputs.
    func block(_ inputs: [Tensor]) -> Tensor {
      let y = linear(inputs[0], weight: weight, bias: bias, activation: .silu)
      return linear(y, weight: weight, bias: bias, activation: .gelu) + inputs[0]
    }
    func gradients(_ run: ([Tensor]) -> Tensor) -> (kept: Int, values: [Tensor]) {
      let before = backend.pool.statistics.bytesInUse
      let y = run([x])
      let kept = backend.pool.statistics.bytesInUse - before
      let first = gradient(of: y.square().sum(), wrt: [x, weight, bias], createGraph: true)
      let second = gradient(of: first[1].square().sum(), wrt: [x, weight])
      return (kept, first + second)
    }
    let plain = gradients(block)
    let checkpointed = gradients { checkpoint($0, block) }
    for (a, b) in zip(checkpointed.values, plain.values) {
      expectEqual(a, b, on: backend, "checkpoint")
    }
    #expect(checkpointed.kept == 64 * 4)
    #expect(plain.kept > checkpointed.kept)
  }

  @Test func releasesTheTapeWithItsLastTensor() {
    let x = Tensor.random([2, 4, 4, 4], stream: 1, on: backend).variable()
    let gamma = Tensor.full(1, [4], on: backend).variable()
    let before = backend.pool.statistics.bytesInUse
    do {
      let y = groupNorm(x, gamma: gamma, beta: gamma, groups: 2, epsilon: 1e-3, activation: .silu)
      let z = softmax(y.reshaped([32, 4])) * y.reshaped([32, 4])
      let slope = gradient(of: z.sum(), wrt: [x, gamma], createGraph: true)
      _ = gradient(of: slope[0].square().sum(), wrt: [gamma])
      #expect(backend.pool.statistics.bytesInUse > before)
    }
    #expect(backend.pool.statistics.bytesInUse == before)
  }

  @Test func keepsOnlyWhatDerivativesNeed() {
    let x = Tensor.random([64], stream: 1, on: backend).variable()
    let weight = Tensor.random([8, 8], stream: 2, on: backend)
    /// Tensors of 64 elements that are alive with the result of `body`, itself included.
    func kept(_ body: () -> Tensor) -> Int {
      let before = backend.pool.statistics.bytesInUse
      let result = body()
      return withExtendedLifetime(result) {
        (backend.pool.statistics.bytesInUse - before) / (64 * 4)
      }
    }
    #expect(kept { x * 2 + x * 3 - x * 4 } == 1)
    #expect(kept { (x * 2).relu() } == 1)
    #expect(kept { (x * 2).silu() } == 2)
    #expect(kept { (x * 2) * (x * 3) } == 3)
    // A constant weight needs no gradient, so the input is not kept.
    let images = x.reshaped([8, 8])
    #expect(kept { linear(images * 2, weight: weight, activation: .relu) } == 1)
    #expect(kept { linear(images * 2, weight: weight.variable()) } == 2)
  }

  @Test func inferenceReturnsMemoryAtOnce() {
    var x = Tensor.random([64], stream: 1, on: backend)
    x = x.silu()
    backend.pool.resetCounts()
    let before = backend.pool.statistics.bytesInUse
    for _ in 0..<10 { x = x.silu() * 2 }
    let statistics = backend.pool.statistics
    #expect(statistics.bytesInUse == before)
    #expect(statistics.peakBytesInUse <= before + 2 * 64 * 4)
  }
}
