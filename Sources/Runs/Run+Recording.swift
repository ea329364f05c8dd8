/// The record of a run, and what waits until it is opened.
public struct RunRecording {
  /// Opens a record by the path of its file.
  public typealias Opening = (_ path: String) throws -> any RunRecorder

  var open: Opening?
  var recorder: (any RunRecorder)?
  /// What is to be recorded once there is a recorder.
  var pending: [(any RunRecorder) throws -> Void] = []
  /// Phases that are being measured, the innermost last.
  var phases: [String] = []
  var hasNewTimings = false
  /// Whether whoever watches the run stopped it.
  var wasStopped = false
}

/// What is kept of a run for later.
extension Run {
  /// The record's name in a run's folder.
  public static let recordName = "run.sqlite"

  /// Opens the record in the run's folder, if one is to be kept, and records what the run is of.
  public func startRecording(in folder: RunFolder) throws {
    guard let open = recording.open, recording.recorder == nil else { return }
    let recorder = try open(folder.file(Self.recordName).path)
    try recorder.record(RunFact.all(of: folder.identity))
    for write in recording.pending { try write(recorder) }
    recording.pending = []
    recording.recorder = recorder
  }

  /// Records something, at once or when the record is opened; nothing if none is kept.
  public func record(_ write: @escaping (any RunRecorder) throws -> Void) throws {
    if let recorder = recording.recorder {
      try write(recorder)
    } else if recording.open != nil {
      recording.pending.append(write)
    }
  }

  /// Runs a job, and records how it ends if it ends by an error.
  public func recordingEnd<Result>(_ job: () throws -> Result) throws -> Result {
    do {
      return try job()
    } catch {
      // The error is what the user must know; a record that fails, too, would hide it.
      try? endRecording(recording.wasStopped ? .interrupted : .failed, "\(error)")
      throw error
    }
  }

  /// Records that the run is complete, before its folder gets its last name.
  public func endRecording() throws { try endRecording(.complete, "") }

  /// Keeps the record of work that has no folder of its own in `OUTPUT.run`, once its output is
  /// complete; warns if it cannot be kept.
  public func keepRecord(
    beside output: String, _ identity: @autoclosure () throws -> [String: String]
  ) throws {
    guard recording.open != nil else { return }
    do {
      try RunFolder.finishAbandoned(output: output, keepsFiles: false)
      let folder = try RunFolder(output: output, identity: try identity(), force: false)
      try startRecording(in: folder)
      try endRecording()
      try folder.finishKeepingRecord()
    } catch {
      recording = RunRecording()
      try warn("this run is not recorded: \(error)")
    }
  }

  private func endRecording(_ outcome: RunOutcome, _ text: String) throws {
    guard let recorder = recording.recorder else { return }
    recording = RunRecording()
    try recorder.record(timings)
    try recorder.end(outcome, text)
  }

  /// Records an event and tells it to whoever watches.
  func tell(_ event: RunEvent) throws {
    switch event {
    case .note, .warning:
      let phase = recording.phases.last
      try record { try $0.record(event, in: phase) }
    case .progress, .status: break
    }
    if recording.hasNewTimings, let recorder = recording.recorder {
      recording.hasNewTimings = false
      try recorder.record(timings)
    }
    do {
      try handler(event)
    } catch {
      recording.wasStopped = true
      throw error
    }
  }
}
