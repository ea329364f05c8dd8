import ComputeBackend
import Devices
import OpenCLBackend
import Testing
import TestSupport

/// What the OpenCL backend promises beyond the contract.
@Suite struct OpenCLBackendTests {
  @Test func aDeviceThatDoesNotExistSaysWhatToDo() {
    for name in ["opencl:77", "opencl:-1"] {
      let error = #expect(throws: BackendError.self) { try Devices.make(name) }
      guard case .noDevice(let requested, let advice) = error else {
        Issue.record("\(String(describing: error))")
        continue
      }
      #expect(requested == name)
      #expect(advice.contains("pocl-opencl-icd") || advice.contains("opencl:0 ("))
    }
  }

  @Test(arguments: ["", "gpu", "opencl:", "opencl:x", "opencl:0:1", "cpu:1", "auto:0"])
  func aDeviceWithoutMeaningIsRefused(_ name: String) {
    #expect(throws: BackendError.self) { try Devices.make(name) }
  }

  @Test func everyListedDeviceCanBeMade() throws {
    for device in try Devices.list() {
      #expect(try Devices.make(device.identifier).description == device)
    }
  }

  @Test(.requiresOpenCL, arguments: DeviceTuning.Style.allCases)
  func noiseIsTheHosts(_ style: DeviceTuning.Style) throws {
    let backend = try OpenCLBackend(style: style)
    let key = NoiseKey(seed: 0xFEDC_BA98_7654_3210, step: 12, purpose: 3)
    let columns = 1001
    let streams = backend.makeBuffer(count: 2)[2]
    backend.upload([41, -7] as [Int32], to: streams)
    let y = backend.makeBuffer(count: 2 * columns)[2 * columns]
    for normal in [false, true] {
      if normal {
        backend.randomNormal(key, streams: streams, rows: 2, columns: columns, into: y)
      } else {
        backend.randomUniform(key, streams: streams, rows: 2, columns: columns, into: y)
      }
      let expected = [41, -7].flatMap {
        Philox.row(key, stream: $0, count: columns, normal: normal)
      }
      let actual = try backend.downloadFloats(y)
      let worst = try #require(zip(actual, expected).map { abs($0 - $1) / $1.ulp }.max())
      #expect(worst <= (normal ? 2 : 0))
    }
  }

  @Test(.requiresOpenCL) func aFailureIsThrownOnceAndNamed() throws {
    let backend = try OpenCLBackend()
    let x = backend.makeBuffer(count: 2)[2]
    backend.fill(x, with: 3)
    _ = backend.makeBuffer(count: 1 << 44)
    // Nothing runs after a failure.
    backend.fill(x, with: 5)
    let error = #expect(throws: BackendError.self) { try backend.synchronize() }
    guard case .outOfMemory(let bytes, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(bytes == 1 << 46)
    #expect(try backend.downloadFloats(x) == [3, 3])
  }

  /// Packed weights must not outlive the weights they were made of.
  @Test(.requiresOpenCL) func weightsThatChangeAreReadAgain() throws {
    let backend = try OpenCLBackend()
    let (a, b, c) = (
      backend.makeBuffer(count: 1)[1], backend.makeBuffer(count: 1)[1],
      backend.makeBuffer(count: 1)[1]
    )
    backend.fill(a, with: 3)
    for weight in [2, 7] as [Float] {
      backend.fill(b, with: weight)
      backend.matrixProduct(
        MatrixProductShape(m: 1, n: 1, k: 1), a, b, epilogue: Epilogue(), into: c)
      #expect(try backend.downloadFloats(c) == [3 * weight])
    }
  }

  /// Work-groups, local memory and barriers, on whatever device there is.
  @Test(.requiresOpenCL) func kernelsInTheStyleOfGPUsConform() throws {
    let backend = try OpenCLBackend(style: .gpu)
    let cases =
      memoryCases + elementwiseCases + reductionCases + matrixCases + convolutionCases
      + poolingCases + normalizationCases + attentionCases + optimizerCases + diffusionCases
    for operation in cases.enumerated().filter({ $0.offset % 11 == 0 }).map(\.element) {
      let expected = try ConformanceTests.reference(operation)
      for (output, reference) in zip(try operation.run(on: backend), expected) {
        expectClose(
          output.values, reference.values, reference.closeness,
          "\(operation.name), \(output.name)")
        #expect(!output.overran, "\(operation.name), \(output.name): written outside the slice")
      }
    }
  }
}
