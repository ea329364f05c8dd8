import ArgumentParser
import Datasets
import Support

/// Where a command writes its folder, and whether it may replace an earlier one.
struct OutputArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("The folder to write; it appears when it is complete.", valueName: "dir"))
  var output: String

  @Flag(help: "Replace an output folder that elixir-gpu wrote before.")
  var force = false

  /// Throws unless the output can be written, and keeps others from writing it, to be called before
  /// any work.
  ///
  /// - Parameter inputs: what is read, which an output must not contain.
  func check(inputs: [String]) throws {
    try AtomicDirectory.check(output, force: force, inputs: inputs)
    try OutputLock.hold(output)
  }
}
