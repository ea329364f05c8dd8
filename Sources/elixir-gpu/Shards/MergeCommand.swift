import ArgumentParser
import Foundation
import Purification
import Support

/// `elixir-gpu merge`: from the shards of a purification to its output.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Goes on from the shards of a purification to its output.",
    discussion: """
      'purify … --output OUTPUT --shard I/N' makes the candidates of a part of the samples, the \
      long part of DataElixir, in OUTPUT.parts: each part in a process of its own, such as a task \
      of a Slurm array. 'merge OUTPUT' checks that all parts are there and belong together, and \
      does the rest with the same options. The output has the same bytes as that of one process. \
      docs/cluster.md has scripts.

      Examples:
        elixir-gpu purify photos --denoiser ddpm --output purified --shard 1/2
        elixir-gpu purify photos --denoiser ddpm --output purified --shard 2/2
        elixir-gpu merge purified
      """)

  @Argument(help: "The output that the shards' commands name.")
  var output: String

  @Option(help: "Where to compute the rest (default: where the first shard was).")
  var device: String?

  @Flag(help: "Replace an output folder that elixir-gpu wrote before.")
  var force = false

  func run() throws {
    let output = URL(fileURLWithPath: output).standardizedFileURL.path
    let made = try ShardCommand.load(from: ShardFolder(output: output))
    guard var command = try ElixirCommand.command(of: made.words) as? PurifyDataElixirCommand
    else {
      throw FileError.damaged(
        path: ShardFolder(output: output).path, reason: "its command is not 'purify'",
        advice: "repeat the shards' commands")
    }
    command.purification.destination.output = output
    command.purification.destination.force = force
    if let device {
      command.purification.device.device = device
      try command.purification.device.validate()
    }
    // The dataset and the models are named as they lie from there.
    guard FileManager.default.changeCurrentDirectoryPath(made.directory) else {
      throw FileError.unreadable(
        path: made.directory, reason: "the shards' commands were started in it")
    }
    try command.merge()
  }
}
