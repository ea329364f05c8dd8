import Foundation
import TestSupport

/// An MPI library of this machine, as Debian names its programs.
struct MPIInstallation: CustomStringConvertible, Sendable {
  let name: String
  /// The plug-in that was compiled against it.
  let plugin: String

  var description: String { name }

  /// Open MPI and MPICH, where they are.
  static let all: [MPIInstallation] = ["openmpi", "mpich"].compactMap { try? MPIInstallation($0) }

  private static let folder = Result { try TemporaryFolder() }

  private init(_ name: String) throws {
    self.name = name
    let folder = try Self.folder.get()
    plugin = folder.path + "/\(name).so"
    let make = Process()
    make.executableURL = URL(fileURLWithPath: "/usr/bin/make")
    make.currentDirectoryURL = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    // Small parts, so that more than one is needed.
    make.arguments = [
      "mpi", "MPICC=mpicc.\(name)", "MPI_PLUGIN=\(plugin)", "MPI_CFLAGS=-DELIXIR_MPI_PART=3000",
    ]
    make.standardOutput = FileHandle.nullDevice
    make.standardError = FileHandle.nullDevice
    try make.run()
    make.waitUntilExit()
    guard make.terminationStatus == 0,
      FileManager.default.isExecutableFile(atPath: "/usr/bin/mpirun.\(name)")
    else { throw CocoaError(.fileNoSuchFile) }
  }

  /// Where the launcher is.
  var launcher: URL { URL(fileURLWithPath: "/usr/bin/mpirun.\(name)") }

  /// Starts so many ranks of the program.
  func arguments(_ ranks: Int, _ words: [String]) -> [String] {
    let own =
      name == "openmpi" ? ["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"] : []
    return own + ["-n", "\(ranks)", CommandRun.program.path] + words
  }

  var environment: [String: String] {
    ["ELIXIR_MPI_PLUGIN": plugin, "OMPI_MCA_rmaps_base_oversubscribe": "1"]
  }
}
