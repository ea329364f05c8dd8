import ComputeBackend
import Foundation
import OpenCLBackend
import Testing
import TestSupport

/// Where kernel files come from, and how errors in them are reported.
@Suite struct KernelSourceTests {
  @Test func embeddedFilesAreThePackages() throws {
    let folder = try TemporaryFolder.withKernels()
    let source = KernelSource(directory: nil, environment: [:])
    for name in try folder.entries() {
      let own = String(decoding: try folder.read(name), as: UTF8.self).split(separator: "\n")
      let lines = Set(try source.resolved(name).split(separator: "\n"))
      let missing = own.first { !$0.hasPrefix("#include") && !lines.contains($0) }
      #expect(missing == nil, "\(name)")
    }
  }

  @Test func theNamedDirectoryComesBeforeTheEnvironments() throws {
    let first = try TemporaryFolder()
    let second = try TemporaryFolder()
    try first.write(Array("// first".utf8), to: "memory.cl")
    try second.write(Array("// second".utf8), to: "memory.cl")
    let environment = ["ELIXIR_KERNELS": second.path]
    let named = KernelSource(directory: first.path, environment: environment)
    #expect(try named.resolved("memory.cl").contains("// first"))
    let inherited = KernelSource(directory: nil, environment: environment)
    #expect(try inherited.resolved("memory.cl").contains("// second"))
  }

  @Test func aNamedDirectoryThatLacksAFileIsAnError() throws {
    let folder = try TemporaryFolder.withKernels()
    try FileManager.default.removeItem(atPath: folder.path + "/philox.cl")
    let source = KernelSource(directory: folder.path, environment: [:])
    // Not the embedded one in its place, and the same for files that are included.
    for name in ["philox.cl", "random.cl"] {
      let error = #expect(throws: BackendError.self) { try source.resolved(name) }
      #expect(error?.description.contains(folder.path + "/philox.cl") == true)
    }
  }

  @Test(.requiresOpenCL) func theBackendThrowsForAMissingFile() throws {
    let folder = try TemporaryFolder.withKernels()
    try FileManager.default.removeItem(atPath: folder.path + "/elementwise.cl")
    let backend = try OpenCLBackend(kernelDirectory: folder.path)
    let x = backend.makeBuffer(count: 4)[4]
    backend.unary(UnaryOperation(.exp), x, into: x)
    let error = #expect(throws: BackendError.self) { try backend.synchronize() }
    guard case .kernelFile(let path, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(path == folder.path + "/elementwise.cl")
  }

  /// The line is that of the file itself, whatever is included before it.
  @Test(.requiresOpenCL, arguments: ["elementwise.cl", "common.cl"])
  func aBuildErrorNamesFileAndLine(_ name: String) throws {
    let folder = try TemporaryFolder.withKernels()
    let pattern = name == "common.cl" ? "static inline VEC sigmoid" : "static inline VEC combine"
    let line = try folder.replace(pattern, by: "undeclared_type oops;\n" + pattern, in: name)
    let backend = try OpenCLBackend(kernelDirectory: folder.path)
    let x = backend.makeBuffer(count: 4)[4]
    backend.unary(UnaryOperation(.exp), x, into: x)
    let error = #expect(throws: BackendError.self) { try backend.synchronize() }
    guard case .kernelBuild(let file, let log) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(file == "elementwise.cl")
    #expect(log.contains("\(folder.path)/\(name):\(line):"), "\(log)")
    #expect(log.contains("undeclared_type"))
  }
}
