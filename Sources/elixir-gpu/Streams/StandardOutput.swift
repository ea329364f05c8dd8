import Foundation
import Support
import Synchronization

/// Shows a line on standard output, as it may be shown on a terminal.
///
/// A failure ends no work: `StandardOutput.requireWritten` tells it when the command is over. This
/// stands in for Swift's function of that name in all of the command line.
func print(_ text: String, terminator: String = "\n") {
  StandardOutput.write(text.forTerminal() + terminator)
}

/// Standard output, for results.
enum StandardOutput {
  /// The error of the first write that failed.
  private static let failure = Mutex<Int32?>(nil)

  static func write(_ text: String) {
    guard let code = StandardStream.write(text, to: STDOUT_FILENO) else { return }
    failure.withLock { $0 = $0 ?? code }
  }

  /// Throws `FileError.unwritable` if anything that was to be shown is lost.
  static func requireWritten() throws {
    guard let code = failure.withLock({ $0 }) else { return }
    throw FileError.unwritable(path: "standard output", reason: FileError.reason(ofWriting: code))
  }
}

/// Standard error, for messages and progress: what cannot be written there is left out.
enum StandardError {
  static func write(_ text: String) { _ = StandardStream.write(text, to: STDERR_FILENO) }

  /// A line of its own, also where all else is silent.
  static func insist(_ text: String) {
    _ = StandardStream.write(
      text.forTerminal(indented: true) + "\n", to: STDERR_FILENO, isUrgent: true)
  }

  /// A line of its own; `text` may hold names from the data.
  static func tell(_ text: String) { write(text.forTerminal(indented: true) + "\n") }
}

enum StandardStream {
  private static let silent = Atomic(false)

  /// Whether nothing is shown any more.
  static var isSilent: Bool { silent.load(ordering: .relaxed) }

  /// Leaves out all that would be shown, in a process that works for another.
  static func silence() { silent.store(true, ordering: .relaxed) }

  /// Makes a stream whose reader has gone an error instead of the end of the process, and gives
  /// streams that are closed something to stand for them, lest a file be opened by their number and
  /// take messages for its contents.
  static func prepare() {
    signal(SIGPIPE, SIG_IGN)
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
      // The lowest number that is free, and for reading only, so that what is written there fails.
      _ = open("/dev/null", O_RDONLY)
    }
  }

  /// Writes all of a text, or returns the `errno` of what prevents it.
  fileprivate static func write(
    _ text: String, to descriptor: Int32, isUrgent: Bool = false
  ) -> Int32? {
    if isSilent, !isUrgent { return nil }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return errno }
      rest = rest.dropFirst(count)
    }
    return nil
  }
}
