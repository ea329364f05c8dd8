import Autograd
import ComputeBackend
import Devices
import NeuralNet
import Sifting
import TestSupport
import Testing

@Suite struct MetaStepTests {
  /// A model of loose tensors.
  private final class Tensors: Module {
    let list: [Parameter]

    init(_ values: [Tensor]) {
      list = values.enumerated().map { Parameter("tensor\($0)", value: $1) }
    }

    func collectParameters(into list: inout ParameterList) {
      for parameter in self.list { list.append(parameter) }
    }
  }

  /// Lᵢ = ln(1 + exp(−yᵢw)) with y = (+1, −1), w = 0.5, and S = σ(aL + b) with a = 0, b = 2.
  private struct Logistic {
    let model: Tensors
    let weighting: Tensors
    let arena: ParameterArena
    let weightingArena: ParameterArena

    init(on backend: any ComputeBackend) {
      model = Tensors([Tensor([0.5], shape: [1, 1], on: backend)])
      weighting = Tensors([0, 2].map { Tensor([$0], shape: [1], on: backend) })
      arena = ParameterArena(model.list)
      weightingArena = ParameterArena(weighting.list)
    }

    func step(normalizes: Bool, isSampled: Bool = true) -> MetaStep {
      let signs = Tensor([-1, 1], shape: [2, 1], on: arena.backend)
      return MetaStep(
        network: model, model: arena, weighting: weightingArena, virtualRate: 1, metaRate: 1,
        normalizes: normalizes, isSampled: [isSampled],
        losses: { [model] in
          matrixProduct(signs, model.list[0].value).reshaped([2]).softplus()
        },
        weights: { [weighting] losses in
          let rows = losses.reshaped([losses.count, 1])
          return rows.multiplying(weighting.list[0].value, over: .inner)
            .adding(weighting.list[1].value, over: .inner).sigmoid().reshaped([losses.count])
        })
    }
  }

  private func close(_ found: [Float], _ expected: [Float], _ tolerance: Float = 2e-6) -> Bool {
    found.count == expected.count
      && zip(found, expected).allSatisfy { abs($0 - $1) <= tolerance }
  }

  /// By hand, and equal to central differences of J in a and b: direct (−0.0572991, −0.0747813),
  /// indirect (−0.0002589, −0.0001484); ψ̂ = (−0.057558, 1.925070), v̂ = (0.869640, 0.866343); one
  /// step of gradient descent then leads to 0.394531.
  @Test(arguments: TestDevices.all)
  func logisticStepIsAsByHand(device: TestDevice) throws {
    let case1 = Logistic(on: device.backend)
    let step = case1.step(normalizes: false)
    let losses = step.losses()
    #expect(close(try losses.values(), [0.474077, 0.974077]))
    let found = try step.metaGradients(present: losses).flatMap { try $0.values() }
    // The difference quotient is taken over 0.02: losses are rounded at 6·10⁻⁸.
    #expect(close(found, [-0.0575579, -0.0749297]), "\(found)")
    let mean = try step()
    #expect(close(try mean.values(), [0.724077]))
    let weighting = try case1.weighting.list.flatMap { try $0.value.values() }
    #expect(close(weighting, [-0.057558, 1.925070]), "\(weighting)")
    let weights = try step.weights(losses.detached()).values()
    #expect(close(weights, [0.869640, 0.866343]), "\(weights)")
    let gradient = try device.backend.downloadFloats(case1.arena.gradients)[0]
    #expect(abs(0.5 - gradient - 0.394531) < 2e-6, "\(gradient)")
  }

  /// Without sampled tensors only the direct part is left.
  @Test func unsampledTensorsLeaveTheDirectPart() throws {
    let step = Logistic(on: try Devices.make("cpu")).step(normalizes: false, isSampled: false)
    let found = try step.metaGradients(present: step.losses()).flatMap { try $0.values() }
    #expect(close(found, [-0.0572991, -0.0747813]), "\(found)")
  }

  /// Weights divided by their sum: θ′ = 0.377541, ∂a = −0.0327764, of it −0.0313865 direct, ∂b = 0.
  @Test func normalizedStepIsAsByHand() throws {
    let backend = try Devices.make("cpu")
    let step = Logistic(on: backend).step(normalizes: true)
    let found = try step.metaGradients(present: step.losses()).flatMap { try $0.values() }
    #expect(close(found, [-0.0327764, 0]), "\(found)")
    let direct = Logistic(on: backend).step(normalizes: true, isSampled: false)
    let part = try direct.metaGradients(present: direct.losses()).flatMap { try $0.values() }
    #expect(close(part, [-0.0313865, 0]), "\(part)")
  }

  /// Convolution, normalization by the batch, ReLU, pooling and a linear layer of six images:
  /// tensors in that order.
  private static func losses(_ tensors: [Tensor], images: Tensor, labels: IndexTensor) -> Tensor {
    let x = convolve(images, weight: tensors[0], stride: 1, padding: .symmetric(1))
    let h = batchNorm(x, gamma: tensors[1], beta: tensors[2], epsilon: 1e-5, activation: .relu)
    let logits = linear(globalAveragePool(h.output), weight: tensors[3], bias: tensors[4])
    return softmaxCrossEntropy(logits, labels: labels)
  }

  /// The Jacobian-vector product against gradients of gradients, where ψ's way through θ′ is
  /// differentiated by the tape; all tensors sampled, and the last three.
  @Test(arguments: TestDevices.all, [5, 3])
  func equalsGradientsOfGradients(device: TestDevice, sampled: Int) throws {
    let backend = device.backend
    func random(_ shape: [Int], _ stream: Int32, scale: Float) -> Tensor {
      let values = Philox.row(
        NoiseKey(seed: 5, purpose: .test), stream: stream, count: shape.reduce(1, *), normal: true)
      return Tensor(values.map { $0 * scale }, shape: shape, on: backend)
    }
    let shapes = [[4, 3, 3, 2], [4], [4], [3, 4], [3]]
    let model = Tensors(shapes.indices.map { random(shapes[$0], Int32($0), scale: 0.5) })
    let arena = ParameterArena(model.list)
    let images = random([6, 5, 5, 2], 9, scale: 1)
    let labels = IndexTensor([0, 1, 2, 0, 1, 2], shape: [6], on: backend)
    let weighting = WeightNetwork(isCompatible: true, seed: 8, on: backend)
    let weightingArena = ParameterArena(weighting.parameters.weights)
    let rate: Float = 2
    let isSampled = shapes.indices.map { $0 >= shapes.count - sampled }
    let step = MetaStep(
      network: model, model: arena, weighting: weightingArena, virtualRate: rate, metaRate: 1,
      isSampled: isSampled,
      losses: { Self.losses(model.list.map(\.value), images: images, labels: labels) },
      weights: { weighting.logits($0).sigmoid() })
    let found = try step.metaGradients(present: step.losses()).map { try $0.values() }

    let variables = arena.variables
    let losses = Self.losses(variables, images: images, labels: labels)
    let weights = weighting.logits(losses.detached()).sigmoid() / 6
    let slopes = gradient(
      of: (weights * losses).sum(), wrt: variables, createGraph: true)
    let moved = variables.indices.map { index in
      let moved = affineSum([(1, variables[index].detached()), (-rate, slopes[index])])
      return isSampled[index] ? moved : moved.detached()
    }
    let virtual = Self.losses(moved, images: images, labels: labels)
    let rejected = 1 - weighting.logits(virtual.detached()).sigmoid()
    let objective = (rejected * virtual).mean()
    let exact = try gradient(of: objective, wrt: weightingArena.variables).map { try $0.values() }
    let direct = try gradient(
      of: (rejected * virtual.detached()).mean(), wrt: weightingArena.variables
    ).map { try $0.values() }
    for (index, (found, exact)) in zip(found, exact).enumerated() {
      let indirect = zip(exact, direct[index]).map { $0 - $1 }
      let scale = indirect.map { abs($0) }.max() ?? 0
      #expect(scale > 1e-4, "the indirect part of tensor \(index) is too small to test: \(scale)")
      for (a, b) in zip(found, exact) {
        #expect(abs(a - b) < 2e-3 * scale + 1e-6, "tensor \(index): \(a) and \(b), \(scale)")
      }
    }
  }
}
