import ComputeBackend
import ReferenceBackend
import Synchronization
import Testing
import TestSupport

/// Every operation of every backend against the Double reference.
@Suite(.serialized) struct ConformanceTests {
  static let cases: [OperationCase] =
    memoryCases + elementwiseCases + reductionCases + matrixCases + convolutionCases
    + poolingCases + normalizationCases + attentionCases + randomCases + optimizerCases
    + diffusionCases + criticCases + notANumberCases

  /// Results of the reference, computed once for all backends.
  private static let references = Mutex([String: [CaseOutput]]())

  static func reference(_ operation: OperationCase) throws -> [CaseOutput] {
    if let found = references.withLock({ $0[operation.name] }) { return found }
    let outputs = try operation.run(on: ReferenceBackend())
    references.withLock { $0[operation.name] = outputs }
    return outputs
  }

  @Test func casesAreNamedApart() {
    let names = Self.cases.map(\.name)
    #expect(Set(names).count == names.count)
  }

  /// Winograd's algorithms keep the bounds of direct sums.
  @Test(arguments: convolutionCases, winogradDevices)
  func winogradConforms(_ operation: OperationCase, _ device: TestDevice) throws {
    try conforms(operation, device)
  }

  @Test(arguments: cases, conformingDevices)
  func conforms(_ operation: OperationCase, _ device: TestDevice) throws {
    let expected = try Self.reference(operation)
    let actual = try operation.run(on: device.backend)
    for (output, reference) in zip(actual, expected) {
      expectClose(
        output.values, reference.values, reference.closeness,
        "\(device.name), \(operation.name), \(output.name)")
      #expect(
        !output.overran && !reference.overran,
        "\(device.name), \(operation.name), \(output.name): written outside the slice")
    }
  }
}
