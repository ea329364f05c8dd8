import Communication
import Foundation
import TestSupport
import Testing

/// Where the plug-in is looked for, and what is said of one that cannot be used.
@Suite struct MPIPluginTests {
  @Test func placesAreTheNamedOneOrBesideTheProgram() {
    let program = URL(fileURLWithPath: "/opt/elixir/bin/elixir-gpu")
    #expect(
      MPIPlugin.places(environment: [:], program: program) == [
        "/opt/elixir/bin/elixir-gpu-mpi.so", "/opt/elixir/lib/elixir-gpu/elixir-gpu-mpi.so",
      ])
    #expect(
      MPIPlugin.places(environment: ["ELIXIR_MPI_PLUGIN": "/x.so"], program: program) == ["/x.so"])
  }

  @Test func aMissingOneSaysHowToMakeIt() {
    let error = #expect(throws: MPIError.self) { try MPIPlugin.start(places: ["/none/x.so"]) }
    #expect(error == .noPlugin(searched: ["/none/x.so"]))
    #expect(error?.description.contains("run 'make mpi'") == true)
  }

  @Test func whatIsNoPluginIsNamed() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3], to: "text.so")
    let path = folder.path + "/text.so"
    let error = #expect(throws: MPIError.self) { try MPIPlugin.start(places: [path]) }
    #expect(error?.description.hasPrefix("the plug-in for MPI \(path) cannot be opened: ") == true)
  }

  @Test func anotherVersionIsRefusedBeforeItIsCalled() throws {
    let folder = try TemporaryFolder()
    let source = "static const int table[64] = {99}; const void *elixirMPI(void) { return table; }"
    try folder.write(Array(source.utf8), to: "other.c")
    let path = folder.path + "/other.so"
    let compiler = Process()
    compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    compiler.arguments = ["clang", "-shared", "-fPIC", "-o", path, folder.path + "/other.c"]
    try compiler.run()
    compiler.waitUntilExit()
    try #require(compiler.terminationStatus == 0)
    #expect(throws: MPIError.version(path: path, found: 99)) {
      try MPIPlugin.start(places: [path])
    }
  }
}
