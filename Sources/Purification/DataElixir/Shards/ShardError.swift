/// Shards that cannot be put together.
public enum ShardError: Error, Equatable, CustomStringConvertible {
  /// There is no shard.
  case none(path: String)
  /// Shards that nobody has begun, and those that are under way or were stopped.
  case missing(path: String, missing: [Int], unfinished: [Int], count: Int)
  /// Shards of runs that were cut into different numbers.
  case counts(path: String, [Int])
  /// A shard of another run.
  case other(path: String, difference: String)
  /// Shards that disagree about what each of them computes for itself.
  case unlike(path: String, file: String, shards: [Int])

  public var description: String {
    switch self {
    case .none(let path): "\(path): no shard of a run is complete there; run their commands"
    case .missing(let path, let missing, let unfinished, let count):
      "\(path): "
        + [(missing, "not there"), (unfinished, "not finished")].filter { !$0.0.isEmpty }
        .map { "\(Self.list($0.0)) of \(count) \($0.0.count == 1 ? "is" : "are") \($0.1)" }
        .joined(separator: ", ") + "; run their commands (again)"
    case .counts(let path, let counts):
      "\(path) holds shards of \(counts.map(String.init).joined(separator: " and of ")); "
        + "delete those that do not belong to the run"
    case .other(let path, let difference):
      "\(path) is a shard of another run (\(difference)); delete it, or repeat its own command"
    case .unlike(let path, let file, let shards):
      "\(path): \(file) of \(Self.list(shards)) differs from "
        + "the first one's, as on machines whose numbers differ; compute all shards on one kind"
    }
  }

  private static func list(_ shards: [Int]) -> String {
    (shards.count == 1 ? "shard " : "shards ")
      + shards.map(String.init).joined(separator: ", ")
  }
}
