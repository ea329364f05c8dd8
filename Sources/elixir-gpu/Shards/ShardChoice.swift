import ArgumentParser
import Datasets
import Foundation
import Purification

/// `2/8`, or `auto` for what a Slurm array says of this task.
enum ShardChoice: ExpressibleByArgument {
  case auto
  case text(String)

  init?(argument: String) { self = argument == "auto" ? .auto : .text(argument) }

  /// - Throws: `ParameterError`
  func shard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> Shard {
    switch self {
    case .text(let text): try Shard(text)
    case .auto: try Self.task(of: environment)
    }
  }

  /// Tasks count from any number, in any equal steps.
  private static func task(of environment: [String: String]) throws -> Shard {
    func number(_ name: String) throws -> Int {
      let variable = "SLURM_ARRAY_TASK_\(name)"
      guard let text = environment[variable] else {
        throw ParameterError(
          "shard", "auto", "\(variable) is not set, as in a task of a Slurm array; give I/N")
      }
      guard let number = Int(text) else {
        throw ParameterError("shard", "auto", "\(variable) is '\(text)'; give I/N")
      }
      return number
    }
    let (task, least, most) = (try number("ID"), try number("MIN"), try number("MAX"))
    let (count, step) = (try number("COUNT"), try max(1, number("STEP")))
    guard least + (count - 1) * step == most, (least...most).contains(task),
      (task - least) % step == 0
    else {
      throw ParameterError(
        "shard", "auto", "the array's tasks are not in equal steps, such as 1-8; give I/N")
    }
    return try Shard((task - least) / step + 1, of: count)
  }
}
