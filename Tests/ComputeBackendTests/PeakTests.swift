import ComputeBackend
import Foundation
import OpenCLBackend
import Testing
import TestSupport

/// The loop that peaks are measured with really does its arithmetic.
@Suite struct PeakTests {
  /// All ways to compute, on OpenCL with the kernels of both styles.
  static let devices: [TestDevice] =
    conformingDevices
    + (TestDevices.contains("opencl")
      ? DeviceTuning.Style.allCases.map { style in
        do {
          return TestDevice("opencl \(style)", try OpenCLBackend(style: style))
        } catch {
          fatalError("PeakTests: \(error)")
        }
      } : [])

  /// x ← f·x + a has the closed form 1 + (x − 1)·fⁿ where a = 1 − f: each element's own number
  /// shows that its chain ran to the end.
  @Test(arguments: devices)
  func chainsHaveTheirClosedForm(_ device: TestDevice) throws {
    let backend = try #require(device.backend as? any PeakMeasurement)
    let elements = backend.multiplyAddElements
    #expect(elements > 0)
    let factor = 0.984375  // 1 − 2⁻⁶
    for count in [1, 5, 37, elements, elements + 3] {
      for repetitions in [0, 1, 100] {
        let start = (0..<count).map { Float($0 % 1013) - 500 }
        let values = backend.makeBuffer(count: count)[count]
        backend.upload(start, to: values)
        backend.repeatMultiplyAdd(
          values, factor: Float(factor), addend: Float(1 - factor), count: repetitions)
        let expected = start.map { 1 + (Double($0) - 1) * pow(factor, Double(repetitions)) }
        expectClose(
          try backend.downloadFloats(values), expected, .elementwise(2e-5, floor: 1),
          "\(device.name), \(count) elements \(repetitions) times")
      }
    }
  }

  @Test(arguments: devices)
  func onlyTheSliceIsWritten(_ device: TestDevice) throws {
    let backend = try #require(device.backend as? any PeakMeasurement)
    let buffer = backend.makeBuffer(count: 64)
    backend.fill(buffer[64], with: 3)
    let slice = BufferSlice(buffer: buffer, offset: 7, count: 21)
    backend.repeatMultiplyAdd(slice, factor: 2, addend: 1, count: 2)
    let values = try backend.downloadFloats(buffer[64])
    #expect(values == (0..<64).map { (7..<28).contains($0) ? 15 : 3 })
  }
}
