import CPUBackend
import ComputeBackend
import ConvolutionAlgorithms
import Devices
import Testing
import TestSupport

/// Products of rounded weights and inputs: 8 bits, sums in 32-bit floats.
@Suite struct BFloat16Tests {
  private static let isThere = (try? CPUBackend(precision: .bfloat16)) != nil

  /// The share of the greatest result that errors may have: roundings of 2⁻⁹, which the transforms
  /// of Winograd's algorithms enlarge.
  private static let limits: [ConvolutionAlgorithm: Double] = [
    .direct: 0.01, .winograd2: 0.02, .winograd4: 0.05,
  ]

  @Test(
    .enabled(if: isThere, "this processor has no AVX512-BF16"),
    arguments: ConvolutionAlgorithm.allCases)
  func forwardConvolutionsAreNear(_ algorithm: ConvolutionAlgorithm) throws {
    let backend = try CPUBackend(precision: .bfloat16, convolutions: .always(algorithm))
    let limit = try #require(Self.limits[algorithm])
    var greatest = 0.0
    for operation in convolutionCases where showsItsSums(operation) {
      let expected = try ConformanceTests.reference(operation)
      for (output, reference) in zip(try operation.run(on: backend), expected) {
        let isGradient = output.name.hasSuffix("dx") || output.name.hasSuffix("dw")
        expectClose(
          output.values, reference.values, isGradient ? reference.closeness : .relative(limit),
          "\(operation.name), \(output.name)")
        #expect(!output.overran, "\(operation.name), \(output.name): written outside the slice")
        if output.name == "y" { greatest = max(greatest, error(output.values, reference.values)) }
      }
    }
    // The numbers are rounded indeed.
    #expect(greatest > 1e-3)
  }

  @Test(.enabled(if: isThere, "this processor has no AVX512-BF16"))
  func matrixProductsAreNear() throws {
    let backend = try CPUBackend(precision: .bfloat16)
    for operation in matrixCases where showsItsSums(operation) {
      let expected = try ConformanceTests.reference(operation)
      for (output, reference) in zip(try operation.run(on: backend), expected) {
        expectClose(
          output.values, reference.values, .relative(0.01), "\(operation.name), \(output.name)")
        #expect(!output.overran, "\(operation.name), \(output.name): written outside the slice")
      }
    }
  }

  @Test func othersRefuseIt() throws {
    #expect(throws: BackendError.self) {
      try CPUBackend(instructionSet: .portable, precision: .bfloat16)
    }
    let error = #expect(throws: BackendError.self) {
      try Devices.make("opencl", options: DeviceOptions(precision: .bfloat16))
    }
    #expect("\(String(describing: error))".contains("products in bf16 are for the device cpu"))
  }

  /// Behind tanh and sigmoid the size of the sums, to which errors are relative, does not show.
  private func showsItsSums(_ operation: OperationCase) -> Bool {
    !operation.name.contains("tanh") && !operation.name.contains("sigmoid")
  }

  private func error(_ actual: [Double], _ expected: [Double]) -> Double {
    let scale = expected.map(abs).max() ?? 0
    return scale > 0 ? (zip(actual, expected).map { abs($0 - $1) }.max() ?? 0) / scale : 0
  }
}
