import ComputeBackend
import Foundation
import OpenCLBackend
import Testing
import TestSupport

/// What surrounds the kernels: files, build logs, the program cache, devices that are not there.
@Suite(
  .serialized,
  .enabled(if: TestDevices.contains("opencl"), "no OpenCL device: install pocl-opencl-icd"))
struct OpenCLRuntimeTests {
  private static let kernels = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Kernels")

  /// A folder with a copy of all kernel files.
  private func copiedKernels() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for file in try FileManager.default.contentsOfDirectory(atPath: Self.kernels.path)
    where file.hasSuffix(".cl") {
      try FileManager.default.copyItem(
        at: Self.kernels.appendingPathComponent(file),
        to: URL(fileURLWithPath: folder.path).appendingPathComponent(file))
    }
    return folder
  }

  /// √ of four squares, which needs elementwise.cl.
  private func roots(_ backend: OpenCLBackend) throws -> [Float] {
    let buffer = backend.makeBuffer(count: 4)
    backend.upload([1, 4, 9, 16] as [Float], to: buffer[4])
    backend.unary(UnaryOperation(.squareRoot), buffer[4], into: buffer[4])
    return try backend.downloadFloats(buffer[4])
  }

  private func backend(_ kernels: TemporaryFolder, _ cache: TemporaryFolder) throws -> OpenCLBackend {
    try OpenCLBackend(
      source: KernelSource(directory: kernels.path), style: nil,
      cache: ProgramCache(environment: ["XDG_CACHE_HOME": cache.path]))
  }

  @Test func buildLogNamesFileAndLine() throws {
    let (kernels, cache) = (try copiedKernels(), try TemporaryFolder())
    let path = kernels.path + "/elementwise.cl"
    let text = try String(contentsOfFile: path, encoding: .utf8)
    let line = text.split(separator: "\n", omittingEmptySubsequences: false).count
    try (text + "this does not compile\n").write(toFile: path, atomically: true, encoding: .utf8)
    let error = #expect(throws: BackendError.self) { try roots(backend(kernels, cache)) }
    guard case .kernelBuild(let file, let log)? = error else {
      Issue.record("\(String(describing: error)) is no build error")
      return
    }
    #expect(file == "elementwise.cl")
    #expect(log.contains("elementwise.cl:\(line)"), "\(log)")
  }

  @Test func aNamedFolderMustHoldEveryFile() throws {
    let (kernels, cache) = (try copiedKernels(), try TemporaryFolder())
    try FileManager.default.removeItem(atPath: kernels.path + "/elementwise.cl")
    let error = #expect(throws: BackendError.self) { try roots(backend(kernels, cache)) }
    guard case .kernelFile(let path, _)? = error else {
      Issue.record("\(String(describing: error)) is no file error")
      return
    }
    #expect(path.hasSuffix("elementwise.cl"))
  }

  @Test func damagedProgramsAreCompiledAgain() throws {
    let (kernels, cache) = (try copiedKernels(), try TemporaryFolder())
    #expect(try roots(backend(kernels, cache)) == [1, 2, 3, 4])
    let folder = cache.path + "/elixir-gpu"
    let programs = try FileManager.default.contentsOfDirectory(atPath: folder)
    #expect(!programs.isEmpty)
    for program in programs {
      let path = folder + "/" + program
      var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      bytes[bytes.count / 2] ^= 0xFF
      try bytes.write(to: URL(fileURLWithPath: path))
    }
    #expect(try roots(backend(kernels, cache)) == [1, 2, 3, 4])
    // The repaired program works, too.
    #expect(try roots(backend(kernels, cache)) == [1, 2, 3, 4])
  }

  @Test func anAbsentDeviceIsAnError() {
    #expect(throws: BackendError.self) { try OpenCLBackend(deviceIndex: 99) }
  }

  /// The kernels for graphics processors run on any device, only slower.
  @Test(arguments: [matrixCases, convolutionCases, normalizationCases].flatMap { $0.prefix(6) })
  func kernelsForGPUsConform(_ operation: OperationCase) throws {
    let device = TestDevice("opencl in GPU style", try OpenCLBackend(style: .gpu))
    let expected = try ConformanceTests.reference(operation)
    for (output, reference) in zip(try operation.run(on: device.backend), expected) {
      expectClose(
        output.values, reference.values, reference.closeness,
        "\(device.name), \(operation.name), \(output.name)")
    }
  }
}
