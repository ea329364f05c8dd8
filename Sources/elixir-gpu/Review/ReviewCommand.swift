import ArgumentParser
import Dispatch
import Foundation
import Review

/// `elixir-gpu review`: a page on which a person goes through a purification.
struct ReviewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "review",
    abstract: "Shows a purification in a browser, to accept, leave out or relabel samples.",
    discussion: """
      Prints the address of a page that this machine alone can open, and serves it until Ctrl-C. \
      Samples are shown by class and by doubt, each with its original, its restorations and the \
      evidence. Decisions are kept in the run's folder (run.sqlite) at once; 'apply' makes the \
      final dataset of them.

      Examples:
        elixir-gpu review purified
        elixir-gpu review purified --dataset /data/photos --port 8080
      """)

  @OptionGroup var review: ReviewArguments

  @Option(help: "The port to listen on (default: any that is free).")
  var port: UInt16 = 0

  func run() throws {
    let source = try ReviewSource(folder: review.folder)
    let server = try ReviewServer(
      folder: review.folder, original: try review.original(source),
      purified: try review.purified(source))
    let outcome = Outcome()
    let port = port
    Task {
      do {
        try await server.run(port: port) { address in
          print("Review at \(address) (Ctrl-C ends)")
          fflush(nil)
        }
      } catch { outcome.error = error }
      outcome.done.signal()
    }
    outcome.done.wait()
    if let error = outcome.error { throw error }
  }

  /// Written before the signal, read after it.
  private final class Outcome: @unchecked Sendable {
    let done = DispatchSemaphore(value: 0)
    var error: (any Error)?
  }
}
