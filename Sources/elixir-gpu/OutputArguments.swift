import ArgumentParser
import Datasets
import Runs
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
  /// - Parameters:
  ///   - inputs: what is read, which an output must not contain.
  ///   - keepsFiles: what becomes of the files of a run that was killed after its output was
  ///     complete.
  func check(inputs: [String], keepsFiles: Bool = false) throws {
    try OutputLock.check(output, keepsFiles: keepsFiles) {
      try AtomicDirectory.check(output, force: force, inputs: inputs)
    }
  }
}

extension OutputLock {
  /// Keeps others from writing an output that may be written; where it is there already, tidies up
  /// what a process left that was killed after it was complete.
  static func check(
    _ output: String, keepsFiles: Bool = false, _ check: () throws -> Void
  ) throws {
    do {
      try check()
    } catch let error as FileError where error == .outputExists(path: output) {
      try finish(output, keepsFiles: keepsFiles)
      throw error
    }
    try hold(output)
  }

  /// Ends the run whose complete output this is, unless another process is about to.
  static func finish(_ output: String, keepsFiles: Bool = false) throws {
    guard (try? hold(output)) != nil else { return }
    try RunFolder.finishAbandoned(output: output, keepsFiles: keepsFiles)
  }
}
