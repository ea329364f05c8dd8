import CPUBackend
import ComputeBackend
import ConvolutionAlgorithms
import OpenCLBackend
import ReferenceBackend
import Testing
import TestSupport

/// Every way in which this machine can compute: the processor with each set of instructions that it
/// has, and its other devices.
let conformingDevices: [TestDevice] =
  InstructionSet.allCases.filter(\.isSupported).map { set in
    do {
      return TestDevice("cpu \(set)", ValidatedBackend(try CPUBackend(instructionSet: set)))
    } catch {
      fatalError("conformingDevices: \(error)")
    }
  } + TestDevices.all.filter { $0.name != "cpu" }

/// Each device with each Winograd algorithm for all convolutions that it applies to, on OpenCL with
/// the kernels of both styles.
let winogradDevices: [TestDevice] = [ConvolutionAlgorithm.winograd2, .winograd4].flatMap {
  algorithm in
  do {
    let sets: [InstructionSet] = [.avx2, .avx512].filter(\.isSupported)
    let processors = try sets.map {
      TestDevice(
        "cpu \($0) \(algorithm)", try CPUBackend(instructionSet: $0, convolutions: .always(algorithm)))
    }
    let styles: [DeviceTuning.Style] = TestDevices.contains("opencl") ? [.cpu, .gpu] : []
    return try processors
      + styles.map {
        TestDevice(
          "opencl \($0) \(algorithm)", try OpenCLBackend(style: $0, convolutions: .always(algorithm)))
      }
  } catch {
    fatalError("winogradDevices: \(error)")
  }
}

/// Those and the Double reference, which comes first.
let comparedDevices = [TestDevice("reference", ReferenceBackend())] + conformingDevices

@Suite struct RequiredDeviceTests {
  /// `ELIXIR_REQUIRE=opencl` makes a missing OpenCL device a failure.
  @Test(
    .enabled(
      if: TestDevices.contains("opencl") || !TestDevices.required.isEmpty,
      "no OpenCL device, so its cases do not run: install one, such as pocl-opencl-icd"))
  func requiredDevicesExist() {
    for kind in TestDevices.required {
      #expect(TestDevices.contains(kind), "ELIXIR_REQUIRE asks for \(kind), and there is none")
    }
  }

  @Test func theProcessorIsADevice() { #expect(TestDevices.contains("cpu")) }
}
