import Autograd
import ComputeBackend
import Critic
import ReferenceBackend
import Testing
import TestSupport

/// The gradient of a critic with its penalty: in Double against second order on the tape, and on
/// devices against Double.
@Suite(.serialized) struct CriticGradientTests {
  let backend = ReferenceBackend()

  /// What a gradient was computed from, and what it is.
  private struct Run {
    let weights: CriticWeights
    let pairs: BufferSlice
    let shares: BufferSlice
    let gradients: CriticWeights
    let values: BufferSlice

    /// Normal numbers, the same on every backend.
    init(_ shape: CriticShape, hasSlope: Bool, on backend: any ComputeBackend) {
      let (m, d, h) = (shape.pairs, shape.features, shape.units)
      var random = PhiloxGenerator(seed: UInt64(m * d * h))
      func input(_ values: [Float]) -> BufferSlice {
        Tensor(values, shape: [values.count], on: backend).slice
      }
      func empty(_ count: Int) -> BufferSlice { Tensor.full(.nan, [count], on: backend).slice }
      let deviation = 1 / Float(d).squareRoot()
      weights = CriticWeights(
        hidden: input(random.normals(h * d, deviation: deviation)), bias: input(random.normals(h)),
        output: input(hasSlope ? random.normals(h) : [Float](repeating: 0, count: h)))
      pairs = input(random.normals(2 * m * d))
      shares = input(random.uniforms(m))
      gradients = CriticWeights(hidden: empty(h * d), bias: empty(h), output: empty(h))
      values = empty(2)
    }

    func encode(_ gradient: CriticGradient, on backend: any ComputeBackend) {
      gradient.encode(
        weights, pairs: pairs, shares: shares, gradients: gradients, values: values, on: backend)
    }

    var outputs: [(name: String, slice: BufferSlice, closeness: Closeness)] {
      [
        ("hidden", gradients.hidden, .relative(2e-5)), ("bias", gradients.bias, .relative(2e-5)),
        ("output", gradients.output, .relative(2e-5)),
        ("values", values, .elementwise(1e-5, floor: 1)),
      ]
    }
  }

  /// Without a slope all output weights are 0, where the norm has no derivative.
  @Test(
    arguments: TestDevices.all,
    [
      (CriticShape(pairs: 1, features: 1, units: 1), true),
      (CriticShape(pairs: 3, features: 5, units: 7), true),
      (CriticShape(pairs: 19, features: 35, units: 17), true),
      (CriticShape(pairs: 37, features: 70, units: 133), true),
      (CriticShape(pairs: 5, features: 9, units: 6), false),
    ])
  func devicesAgree(_ device: TestDevice, _ example: (shape: CriticShape, hasSlope: Bool)) throws {
    for activation in CriticActivation.allCases {
      let gradient = CriticGradient(
        activation, example.shape, transportWeight: -1, penaltyWeight: 10)
      let expected = Run(example.shape, hasSlope: example.hasSlope, on: backend)
      expected.encode(gradient, on: backend)
      let found = Run(example.shape, hasSlope: example.hasSlope, on: device.backend)
      found.encode(gradient, on: device.backend)
      for (output, reference) in zip(found.outputs, expected.outputs) {
        expectClose(
          try device.backend.downloadFloats(output.slice), backend.doubles(reference.slice),
          output.closeness, "\(device.name), \(activation), \(example.shape), \(output.name)")
      }
    }
  }

  @Test(
    arguments: CriticActivation.allCases,
    [CriticShape(pairs: 2, features: 3, units: 7), CriticShape(pairs: 6, features: 11, units: 9)])
  func isThatOfTheGraph(_ activation: CriticActivation, _ shape: CriticShape) throws {
    let (m, d, h) = (shape.pairs, shape.features, shape.units)
    var random = PhiloxGenerator(seed: 7)
    func uniform(_ shape: [Int]) -> Tensor {
      Tensor(random.uniforms(shape.elementCount, in: -1.5...1.5), shape: shape, on: backend)
    }
    let inputs = [[h, d], [h], [1, h]].map { uniform($0).variable() }
    let (purified, reference) = (uniform([m, d]), uniform([m, d]))
    let shares = uniform([m]).sigmoid()
    func critic(_ v: Tensor) -> Tensor {
      let units = linear(v, weight: inputs[0], bias: inputs[1]).applying(activation.unary)
      return linear(units, weight: inputs[2])
    }
    let first = purified.multiplying(shares, over: .outer)
    let mixed = (first + reference.multiplying(1 - shares, over: .outer)).variable()
    let slope = gradient(of: critic(mixed).sum(), wrt: [mixed], createGraph: true)[0]
    let norms = slope.reduced(
      .sumOfSquares, shape: slope.block, keeping: .outer, resultShape: [m]
    ).squareRoot()
    let penalty = (norms - 1).square().mean()
    let transport = critic(purified).mean() - critic(reference).mean()

    let gradients = [h * d, h, h].map { Tensor.zeros([$0], on: backend) }
    let values = Tensor.zeros([2], on: backend)
    func weights(_ tensors: [Tensor]) -> CriticWeights {
      CriticWeights(hidden: tensors[0].slice, bias: tensors[1].slice, output: tensors[2].slice)
    }
    for (transportWeight, penaltyWeight) in [(0, 1), (-1, 10)] as [(Float, Float)] {
      CriticGradient(
        activation, shape, transportWeight: transportWeight, penaltyWeight: penaltyWeight
      ).encode(
        weights(inputs), pairs: concatenateRows([purified, reference]).slice, shares: shares.slice,
        gradients: weights(gradients), values: values.slice, on: backend)
      let objective = transport * transportWeight + penalty * penaltyWeight
      let expected = gradient(of: objective, wrt: inputs)
      for (name, pair) in zip(["hidden", "bias", "output"], zip(gradients, expected)) {
        // The factors of means are single-precision constants.
        expectClose(
          backend.doubles(pair.0.slice), backend.doubles(pair.1.slice), .relative(1e-6),
          "\(activation), \(shape), \(name)")
      }
      expectClose(
        backend.doubles(values.slice),
        backend.doubles(transport.slice) + backend.doubles(penalty.slice), .relative(1e-6),
        "\(activation), \(shape), values")
    }
  }
}
