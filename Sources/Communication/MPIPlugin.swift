internal import CMPI
import Foundation

/// The plug-in that connects the program with a site's MPI library; `make mpi` compiles it.
public enum MPIPlugin {
  public static let name = "elixir-gpu-mpi.so"

  /// Where it is looked for: what `ELIXIR_MPI_PLUGIN` names and nothing else, or beside the
  /// program, then in `lib/elixir-gpu` beside the program's folder.
  public static func places(
    environment: [String: String] = ProcessInfo.processInfo.environment,
    program: URL? = Bundle.main.executableURL
  ) -> [String] {
    if let named = environment["ELIXIR_MPI_PLUGIN"] { return [named] }
    guard let folder = program?.resolvingSymlinksInPath().deletingLastPathComponent() else {
      return []
    }
    return [
      folder.appendingPathComponent(name),
      folder.deletingLastPathComponent().appendingPathComponent("lib/elixir-gpu/\(name)"),
    ].map(\.path)
  }

  /// Starts MPI by the first plug-in that is there.
  ///
  /// - Throws: `MPIError`
  public static func start(places: [String] = places()) throws -> any Communicator {
    guard let path = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      throw MPIError.noPlugin(searched: places)
    }
    var version: Int32 = -1
    var table: UnsafePointer<ElixirMPI>?
    let reason = text { table = elixirMPIOpen(path, $0, $1, &version) }
    guard let table else {
      throw version < 0
        ? MPIError.unusable(path: path, reason: reason)
        : MPIError.version(path: path, found: Int(version))
    }
    return try MPICommunicator(table.pointee)
  }

  /// What C writes into a buffer.
  static func text(_ write: (UnsafeMutablePointer<CChar>, Int) -> Void) -> String {
    var bytes = [CChar](repeating: 0, count: 1024)
    bytes.withUnsafeMutableBufferPointer { buffer in
      if let start = buffer.baseAddress { write(start, buffer.count) }
    }
    return String(decoding: bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
