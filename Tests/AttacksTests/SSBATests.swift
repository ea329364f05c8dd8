import Attacks
import Autograd
import Datasets
import Devices
import TestSupport
import Testing

@Suite struct SSBATests {
  private func attack(bits: Int = 20, residualWeight: Double = 10) -> SSBA {
    SSBA(
      bits: bits, residualWeight: residualWeight, labels: .allToOne(target: 1),
      selection: PoisonSelection(rate: 0.1))
  }

  /// −log σ(s) for a bit 1 and −log (1 − σ(s)) for a bit 0.
  @Test(arguments: TestDevices.all)
  func theLossIsBinaryCrossEntropy(device: TestDevice) throws {
    let scores = Tensor([0, 2, -1, 40], shape: [2, 2], on: device.backend)
    let bits = Tensor([1, 1, 0, 0], shape: [2, 2], on: device.backend)
    let loss = try SSBA.binaryCrossEntropy(scores, bits).item()
    // log 2, log(1 + e⁻²), log(1 + e⁻¹) and 40.
    #expect(abs(loss - (0.6931472 + 0.1269280 + 0.3132617 + 40) / 4) < 1e-5)
  }

  @Test func theResidualsWeightRises() {
    let weights = [0, 100, 200, 300, 1000].map { attack().residualWeight(step: $0, of: 1000) }
    for (weight, expected) in zip(weights, [0, 0, 5, 10, 10] as [Float]) {
      #expect(abs(weight - expected) < 1e-5)
    }
  }

  @Test func refusesParameters() throws {
    for (name, attack) in [
      ("bits", attack(bits: 0)), ("residualWeight", attack(residualWeight: 0)),
    ] {
      let error = try #require(throws: ParameterError.self) { try attack.validate(classCount: 10) }
      #expect(error.name == name)
    }
  }
}
