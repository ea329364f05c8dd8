import Foundation

/// As how many ranks the environment says that this program was started.
struct RankLaunch: Equatable {
  var rank: Int
  var size: Int
  /// The variable that says so.
  var variable: String

  /// What starts ranks, and its variables: Open MPI's mpirun; MPICH's and others', which speak PMI;
  /// Slurm's srun.
  private static let variables = [
    (size: "OMPI_COMM_WORLD_SIZE", rank: "OMPI_COMM_WORLD_RANK"),
    (size: "PMI_SIZE", rank: "PMI_RANK"),
    (size: "SLURM_STEP_NUM_TASKS", rank: "SLURM_PROCID"),
  ]

  /// One of several ranks; nil for a process by itself.
  init?(_ environment: [String: String] = ProcessInfo.processInfo.environment) {
    if environment[Mode.variable] == Mode.one.rawValue { return nil }
    for names in Self.variables {
      guard let size = environment[names.size].flatMap({ Int($0) }), size > 1 else { continue }
      self.size = size
      rank = environment[names.rank].flatMap { Int($0) } ?? 0
      variable = names.size
      return
    }
    return nil
  }

  /// Tasks of a Slurm job of which this process, that `srun` did not start, is none.
  static func unusedTasks(
    _ environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Int? {
    guard environment["SLURM_STEP_NUM_TASKS"] == nil, environment["OMPI_COMM_WORLD_SIZE"] == nil,
      environment["PMI_SIZE"] == nil, let tasks = environment["SLURM_NTASKS"].flatMap({ Int($0) }),
      tasks > 1
    else { return nil }
    return tasks
  }

  /// What the user asks for by `ELIXIR_RANKS`.
  enum Mode: String {
    /// MPI, however the processes were started.
    case mpi
    /// Every process by itself.
    case one

    static let variable = "ELIXIR_RANKS"

    /// - Throws: `RankLaunchError` for another word.
    static func chosen(
      _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Mode? {
      guard let text = environment[variable] else { return nil }
      guard let mode = Mode(rawValue: text) else { throw RankLaunchError.unknownMode(text) }
      return mode
    }
  }
}

/// Ranks that cannot work together.
enum RankLaunchError: Error, Equatable, CustomStringConvertible {
  case unknownMode(String)
  /// MPI knows of other ranks than were started.
  case alone(found: Int, RankLaunch)
  /// Nothing started the job's tasks.
  case notStarted(tasks: Int)
  /// A command that one process does.
  case notShared(RankLaunch)

  var description: String {
    switch self {
    case .unknownMode(let text): "ELIXIR_RANKS is '\(text)'; use mpi, or one"
    case .alone(let found, let launch):
      "\(launch.variable) is \(launch.size), but MPI knows of \(found) "
        + "\(found == 1 ? "rank" : "ranks"): the plug-in was made for another MPI than the one "
        + "that started them; run 'make mpi' with that one's mpicc, or start them by its mpirun "
        + "(by srun with the --mpi that it understands, see srun --mpi=list)"
    case .notStarted(let tasks):
      "SLURM_NTASKS is \(tasks), but this process is alone: start it by srun or mpirun, or set "
        + "ELIXIR_RANKS=one"
    case .notShared(let launch):
      "\(launch.size) ranks were started (\(launch.variable)), but only 'purify dataelixir' and "
        + "'train denoiser' share their work among them; start one process, or set "
        + "ELIXIR_RANKS=one for each by itself"
    }
  }
}
