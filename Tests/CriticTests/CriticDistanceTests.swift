import Autograd
import ComputeBackend
import Critic
import NeuralNet
import Testing
import TestSupport

/// The trained critic's ℓ as an estimate of the Wasserstein-1 distance.
@Suite(.serialized) struct CriticDistanceTests {
  private func estimate(
    _ purified: [Float], _ reference: [Float], features: Int, units: Int,
    _ options: CriticOptions, on device: TestDevice
  ) throws -> CriticEstimate {
    let backend = device.backend
    let critic = try WassersteinCritic(
      features: features, units: units, from: RandomWeights(seed: 1, on: backend))
    func tensor(_ values: [Float]) -> Tensor {
      Tensor(values, shape: [values.count / features, features], on: backend)
    }
    return try CriticTrainer(critic, options).run(
      purified: tensor(purified), reference: tensor(reference))
  }

  /// A Gaussian and the same samples moved by D = 0.5: W₁ = D, of the samples as well.
  ///
  /// At ν = 10 the best critic has slope 1 + D/(2ν) and overestimates by 2.5 %. Checkpoints are far
  /// apart because a critic that stops while it still improves underestimates, by up to 10 %.
  @Test(arguments: TestDevices.all, [2, 16, 64])
  func shiftedGaussiansAreTheirShiftApart(_ device: TestDevice, _ features: Int) throws {
    let (count, shift): (Int, Float) = (20_000, 0.5)
    var random = PhiloxGenerator(seed: 11)
    let reference = random.normals(count * features)
    let purified = reference.map { $0 + shift / Float(features).squareRoot() }
    let found = try estimate(
      purified, reference, features: features, units: 64,
      CriticOptions(checkpointInterval: 100, maximumSteps: 4000), on: device)
    #expect(found.hasConverged)
    #expect(abs(found.distance - shift) < 0.05 * shift, "\(found)")
  }

  /// Small sets: the mean cost of the best assignment, computed by itself.
  @Test(arguments: TestDevices.all, [2, 3])
  func pointSetsAreTheirTransportApart(_ device: TestDevice, _ features: Int) throws {
    let count = 24
    var random = PhiloxGenerator(seed: 12)
    let reference = random.uniforms(count * features)
    let purified = random.uniforms(count * features, in: 0.2...1.4)
    let cost = (0..<count).map { i in
      (0..<count).map { j in
        (0..<features).reduce(0) {
          let gap = Double(purified[i * features + $1] - reference[j * features + $1])
          return $0 + gap * gap
        }.squareRoot()
      }
    }
    let exact = Float(leastAssignmentCost(cost) / Double(count))
    var options = CriticOptions(batchSize: 64, checkpointInterval: 100, maximumSteps: 4000)
    options.tolerance = 0.002
    let found = try estimate(
      purified, reference, features: features, units: 128, options, on: device)
    #expect(abs(found.distance - exact) < 0.1 * exact, "\(found), exactly \(exact)")
  }

  /// A matrix whose least cost is known: rows 0, 1, 2 take columns 1, 0, 2.
  @Test func assignmentIsTheLeast() {
    #expect(leastAssignmentCost([[4, 1, 3], [2, 0, 5], [3, 2, 2]]) == 5)
    var random = PhiloxGenerator(seed: 5)
    let cost = (0..<6).map { _ in random.uniforms(6).map { Double($0) } }
    #expect(abs(leastAssignmentCost(cost) - leastByTrial(cost, from: 0, taken: [])) < 1e-12)
  }

  private func leastByTrial(_ cost: [[Double]], from row: Int, taken: Set<Int>) -> Double {
    guard row < cost.count else { return 0 }
    return cost.indices.filter { !taken.contains($0) }.map {
      cost[row][$0] + leastByTrial(cost, from: row + 1, taken: taken.union([$0]))
    }.min() ?? 0
  }
}
