import Foundation
import Synchronization

/// SIGINT or SIGTERM, at which work ends after its batch with all saved that it can go on from.
struct Interruption: Error, CustomStringConvertible {
  let signal: Int32
  /// How to go on.
  let advice: String

  /// The shell's convention.
  var exitCode: Int32 { 128 + signal }

  var description: String { signal == SIGINT ? "SIGINT" : "SIGTERM" }

  /// Of work that leaves nothing behind before its end.
  static let beginsAnew = "nothing was written, and the same command begins anew"

  /// Of work whose state is kept.
  static let goesOn = "the same command goes on from here"

  private static let received = Atomic<Int32>(0)
  private static let remark: StaticString = "\nstopping after this batch; once more stops at once\n"

  /// Waits for signals, of which a second one ends the process at once.
  static func watch() {
    // Made now, since a handler must not make it.
    _ = received.load(ordering: .relaxed)
    // Whoever started the process may have left them blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      let before = Foundation.signal(number) { number in
        Interruption.received.store(number, ordering: .relaxed)
        Foundation.signal(number, SIG_DFL)
        let remark = Interruption.remark
        _ = write(STDERR_FILENO, remark.utf8Start, remark.utf8CodeUnitCount)
      }
      // As the shell leaves SIGINT of what runs in the background.
      if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        Foundation.signal(number, SIG_IGN)
      }
    }
  }

  /// Throws once a signal has come.
  static func check(_ advice: String) throws {
    let signal = received.load(ordering: .relaxed)
    if signal != 0 { throw Interruption(signal: signal, advice: advice) }
  }
}
