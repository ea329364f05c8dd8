/// What can go wrong with MPI.
public enum MPIError: Error, Equatable, CustomStringConvertible {
  /// There is no plug-in in any of these places.
  case noPlugin(searched: [String])
  /// A plug-in that cannot be used.
  case unusable(path: String, reason: String)
  /// A plug-in for another version of the program.
  case version(path: String, found: Int)
  /// A call of the library failed.
  case failed(operation: String, reason: String)

  public var description: String {
    switch self {
    case .noPlugin(let searched):
      "the program was started as several ranks, but there is no plug-in for MPI "
        + "(\(searched.joined(separator: ", "))); run 'make mpi', or set ELIXIR_MPI_PLUGIN to one"
    case .unusable(let path, let reason):
      "the plug-in for MPI \(path) cannot be opened: \(reason); run 'make mpi' with the MPI that "
        + "starts the ranks"
    case .version(let path, let found):
      "the plug-in for MPI \(path) is for another version of the program (\(found)); run "
        + "'make mpi' again"
    case .failed(let operation, let reason): "MPI, \(operation): \(reason)"
    }
  }
}
