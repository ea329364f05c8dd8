import Support

/// A run's events for another program: a line of JSON for each, appended to a file.
///
///     {"done":640,"kind":"progress","phase":"purify","rate":12.5,"secondsLeft":269,…}
///     {"kind":"note","text":"…"}
///
/// Progress appears twice a second at most. A file that has grown to 1 MiB begins anew.
public final class RunEventFile {
  private let file: AppendOnlyFile
  private var last: (phase: String, moment: ContinuousClock.Instant)?

  private static let limit = 1 << 20
  private static let interval = Duration.milliseconds(500)

  /// Opens a file, or makes it.
  public init(_ path: String) throws { file = try AppendOnlyFile(path) }

  /// - Parameter rate: of the phase, where it is known.
  public func write(
    _ event: RunEvent, rate: (perSecond: Double, secondsLeft: Double)? = nil
  ) throws {
    var line: RunEventLine
    switch event {
    case .note(let text): line = RunEventLine(.note, text: text)
    case .warning(let text): line = RunEventLine(.warning, text: text)
    case .progress(let progress):
      guard isDue(progress.phase, isLast: progress.isLast) else { return }
      line = RunEventLine(.progress, text: progress.remark)
      line.phase = progress.phase
      line.unit = progress.unit
      line.done = progress.done
      line.total = progress.total
      line.rate = rate?.perSecond
      line.secondsLeft = rate?.secondsLeft
    case .status(let phase, let text, let isLast):
      guard isDue(phase, isLast: isLast) else { return }
      line = RunEventLine(.status, text: text)
      line.phase = phase
    }
    if file.count >= Self.limit { try file.truncate(to: 0) }
    try file.append(Array((try JSONText.line(line) + "\n").utf8))
  }

  private func isDue(_ phase: String, isLast: Bool) -> Bool {
    let now = ContinuousClock.now
    if let last, last.phase == phase, now - last.moment < Self.interval, !isLast { return false }
    last = (phase, now)
    return true
  }

  /// Where the run is, by the last line of a file; nil if it says nothing of it.
  public static func progress(_ path: String) -> RunEventLine? {
    guard let file = try? RandomAccessFile(path) else { return nil }
    let count = min(file.size, 8192)
    guard let bytes = try? file.bytes(at: file.size - count, count: count) else { return nil }
    // What follows the last line end is still being written.
    for line in bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast().reversed() {
      if let line = RunEventLine(json: line), line.phase != nil { return line }
    }
    return nil
  }
}
