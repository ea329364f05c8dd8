import ComputeBackend
import Foundation
import OpenCLBackend
import Testing
import TestSupport

/// The test that every command makes of its device.
@Suite(.serialized) struct DeviceSelfTestTests {
  @Test(arguments: comparedDevices)
  func soundDevicesPass(_ device: TestDevice) throws {
    try DeviceSelfTest.run(on: device.backend)
  }

  @Test(arguments: winogradDevices)
  func transformedConvolutionsPass(_ device: TestDevice) throws {
    try DeviceSelfTest.run(on: device.backend)
  }

  @Test func whatIsOffIsNamed() {
    func check(_ found: [Float]) throws {
      try DeviceSelfTest.check(found, [1, 2], within: 0.5, operation: "sum", device: "gpu")
    }
    #expect(throws: Never.self) { try check([1.5, 2]) }
    #expect(
      throws: BackendError.wrongResult(operation: "sum", found: 3, expected: 2, device: "gpu")
    ) { try check([1, 3]) }
    #expect(throws: BackendError.self) { try check([.nan, 2]) }
  }

  /// A kernel that compiles and is wrong, as a driver's fault would make it.
  @Test(.enabled(if: TestDevices.contains("opencl"), "no OpenCL device"))
  func aWrongKernelIsFound() throws {
    let folder = try TemporaryFolder()
    let kernels = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Kernels").standardizedFileURL
    for file in try FileManager.default.contentsOfDirectory(atPath: kernels.path) {
      var text = try String(
        contentsOf: kernels.appendingPathComponent(file), encoding: .utf8)
      if file == "reduction.cl" { text = text.replacingOccurrences(of: "exp(", with: "exp2(") }
      try folder.write(Array(text.utf8), to: file)
    }
    let backend = try OpenCLBackend(kernelDirectory: folder.path)
    let error = #expect(throws: BackendError.self) { try DeviceSelfTest.run(on: backend) }
    #expect("\(try #require(error))".contains("softmax gives"))
  }
}
