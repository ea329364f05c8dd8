import Communication
import Foundation
import Synchronization

/// SIGINT, SIGTERM or the end of the time given, at which work ends after its batch with all saved
/// that it can go on from.
struct Interruption: StoppedWork, CustomStringConvertible {
  /// Nil at the end of the time.
  let signal: Int32?
  /// How to go on.
  let advice: String

  /// Of sysexits.h, for what is to be tried again.
  static let tryAgain: Int32 = 75

  /// The shell's convention for signals.
  var exitCode: Int32 { signal.map { 128 + $0 } ?? Self.tryAgain }

  var description: String {
    switch signal {
    case SIGINT: "SIGINT"
    case .some: "SIGTERM"
    case nil: "the time is over"
    }
  }

  /// Of work that leaves nothing behind before its end.
  static let beginsAnew = "nothing was written, and the same command begins anew"

  /// Of work whose state is kept.
  static let goesOn = "the same command goes on from here"

  private static let received = Atomic<Int32>(0)
  private static let deadline = Mutex<ContinuousClock.Instant?>(nil)
  private static let remark: StaticString = "\nstopping after this batch; once more stops at once\n"

  /// Waits for signals, of which a second one ends the process at once.
  static func watch() {
    // Made now, since a handler must not make it.
    _ = (received.load(ordering: .relaxed), StandardStream.isSilent)
    // Whoever started the process may have left them blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    for number in [SIGINT, SIGTERM] {
      let before = Foundation.signal(number) { number in
        Interruption.received.store(number, ordering: .relaxed)
        Foundation.signal(number, SIG_DFL)
        if StandardStream.isSilent { return }
        let remark = Interruption.remark
        _ = write(STDERR_FILENO, remark.utf8Start, remark.utf8CodeUnitCount)
      }
      // As the shell leaves SIGINT of what runs in the background.
      if unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) {
        Foundation.signal(number, SIG_IGN)
      }
    }
  }

  /// Ends work after so long, as a signal would.
  static func stop(after time: Duration) { deadline.withLock { $0 = .now + time } }

  /// Throws once a signal has come, or the time is over.
  static func check(_ advice: String) throws {
    if let end = deadline.withLock({ $0 }), .now >= end {
      throw Interruption(signal: nil, advice: "the time is over; \(advice)")
    }
    let signal = received.load(ordering: .relaxed)
    if signal != 0 { throw Interruption(signal: signal, advice: advice) }
  }
}
