import Autograd
import ComputeBackend
import ReferenceBackend
import Testing
import TestSupport

/// The fused gradient of a critic in Double against second order on the tape.
@Suite struct CriticGradientTests {
  let backend = ReferenceBackend()

  @Test(
    arguments: CriticActivation.allCases,
    [CriticShape(pairs: 2, features: 3, units: 7), CriticShape(pairs: 6, features: 11, units: 9)])
  func isThatOfTheGraph(_ activation: CriticActivation, _ shape: CriticShape) throws {
    let (m, d, h) = (shape.pairs, shape.features, shape.units)
    let inputs = [[h, d], [h], [1, h]].enumerated().map {
      Tensor.random($1, stream: UInt32($0), on: backend).variable()
    }
    let (purified, reference) = (
      Tensor.random([m, d], stream: 4, on: backend), Tensor.random([m, d], stream: 5, on: backend)
    )
    let shares = Tensor.random([m], stream: 6, on: backend).sigmoid()
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
      backend.criticGradient(
        activation, weights(inputs), pairs: concatenateRows([purified, reference]).slice,
        shares: shares.slice, transportWeight: transportWeight, penaltyWeight: penaltyWeight,
        shape: shape, gradients: weights(gradients), values: values.slice)
      let objective = transport * transportWeight + penalty * penaltyWeight
      let expected = gradient(of: objective, wrt: inputs)
      for (name, pair) in zip(["hidden", "bias", "output"], zip(gradients, expected)) {
        // The factors of means are single-precision constants.
        expectClose(
          pair.0.doubles(on: backend), pair.1.doubles(on: backend), .relative(1e-6),
          "\(activation), \(shape), \(name)")
      }
      expectClose(
        values.doubles(on: backend),
        transport.doubles(on: backend) + penalty.doubles(on: backend), .relative(1e-6),
        "\(activation), \(shape), values")
    }
  }
}
