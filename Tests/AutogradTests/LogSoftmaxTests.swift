import Autograd
import TestSupport
import Testing

@Suite struct LogSoftmaxTests {
  /// By hand: log softmax(0, log 3) = (−log 4, log 3 − log 4) and
  /// KL((¼, ¾) ‖ (½, ½)) = ¼·log ½ + ¾·log 3/2.
  @Test(arguments: TestDevices.all)
  func knownValues(device: TestDevice) throws {
    let x = Tensor([0, 1.098_612_3, 5, 5], shape: [2, 2], on: device.backend)
    let logarithms = logSoftmax(x)
    expectClose(
      try logarithms.values(), [-1.386_294_4, -0.287_682_1, -0.693_147_2, -0.693_147_2],
      .absolute(2e-7), "log softmax")
    let divergence = klDivergence(of: logarithms.rows(0..<1), from: logarithms.rows(1..<2))
    expectClose(try divergence.values(), [0.130_812_0], .absolute(2e-7), "divergence")
  }

  /// A softmax of such logits is 0 or 1 in floats, and its logarithm infinite.
  @Test(arguments: TestDevices.all)
  func staysFiniteForExtremeLogits(device: TestDevice) throws {
    let x = Tensor([1000, 0, -2000], shape: [1, 3], on: device.backend).variable()
    #expect(try logSoftmax(x).values() == [0, -1000, -3000])
    let slope = gradient(of: logSoftmax(x).channels(1..<2).sum(), wrt: [x])[0]
    #expect(try slope.values() == [-1, 1, 0])
  }
}
