import Foundation
import Purification

/// Shows a run's events: notes on standard output, progress and warnings on standard error.
final class PurificationConsole {
  private var line: (phase: String, shown: ProgressLine)?

  var events: PurificationEvents {
    PurificationEvents(
      note: { [self] text in
        endLine()
        print(text)
        fflush(nil)
      },
      warning: { [self] text in
        endLine()
        FileHandle.standardError.write(Data("warning: \(text)\n".utf8))
      },
      progress: { [self] phase, text, isLast in
        if line?.phase != phase {
          endLine()
          line = (phase, ProgressLine(phase, total: 0))
        }
        line?.shown.show("\(phase): \(text)")
        if isLast { endLine() }
      })
  }

  private func endLine() {
    line?.shown.end()
    line = nil
  }
}
