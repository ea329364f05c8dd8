import Foundation
import Support
import Synchronization

/// The jobs of all tenants: a few run, the others wait, in the order of their coming.
///
/// What a job is and has become is in its folder before anybody is told, so that a service that is
/// killed goes on with the same jobs: those that wait keep their places, one that runs is watched
/// until it ends, or begins again where it was.
final class JobQueue: Sendable {
  let limits: ServiceLimits
  let store: String
  private let program: String
  private let arguments: [String]
  private let tell: @Sendable (String) -> Void
  private let state = Mutex(State())
  /// Signaled when there may be something to start.
  private let changes = DispatchSemaphore(value: 0)

  struct State {
    var jobs: [String: JobRecord] = [:]
    var running: [String: Running] = [:]
    var nextNumber = 0
    var isStopping = false
  }

  struct Running {
    let process: JobProcess
    let start = ContinuousClock.now
    /// When it was asked to stop.
    var stopped: ContinuousClock.Instant?

    var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }
  }

  /// How long a process that was asked to stop may finish its batch.
  static let grace = Duration.seconds(120)

  /// Takes up the jobs in a store.
  ///
  /// - Parameters:
  ///   - store: the folder of their folders.
  ///   - program: what runs them.
  ///   - arguments: what the operator adds to each, such as the device.
  ///   - tell: is told what becomes of jobs, a line each.
  init(
    store: String, limits: ServiceLimits, program: String, arguments: [String],
    tell: @escaping @Sendable (String) -> Void
  ) throws {
    self.store = store
    self.limits = limits
    self.program = program
    self.arguments = arguments
    self.tell = tell
    try Directory.make(FileName(store), mode: 0o700)
    try takeUp()
  }

  func folder(_ id: String) -> JobFolder { JobFolder(path: store + "/" + id) }

  /// Starts what can be started, and ends what runs too long, until `stop`.
  func start() {
    let thread = Thread { [self] in
      while !state.withLock({ $0.isStopping }) {
        startNext()
        checkLimits()
        _ = changes.wait(timeout: .now() + .seconds(1))
      }
    }
    thread.start()
  }

  /// Asks what runs to stop, and waits until it has; it is queued again.
  func stop() {
    state.withLock { state in
      state.isStopping = true
      for id in state.running.keys { Self.stop(id, &state) }
    }
    changes.signal()
    let deadline = ContinuousClock.now + Self.grace
    while state.withLock({ !$0.running.isEmpty }), .now < deadline { usleep(20_000) }
    state.withLock { state in
      for running in state.running.values { running.process.stop(atOnce: true) }
    }
    while state.withLock({ !$0.running.isEmpty }) { usleep(20_000) }
  }

  /// Does something with all jobs, of which those that are changed are written first.
  func change<Result: Sendable>(
    _ body: (inout State) throws -> sending Result
  ) rethrows -> Result {
    defer { changes.signal() }
    return try state.withLock { try body(&$0) }
  }

  func read<Result: Sendable>(_ body: (State) throws -> Result) rethrows -> Result {
    try state.withLock { try body($0) }
  }

  /// Writes a job, and keeps it.
  func keep(_ job: JobRecord, _ state: inout State) throws {
    try folder(job.id).write(job)
    state.jobs[job.id] = job
  }

  static func stop(_ id: String, _ state: inout State) {
    guard state.running[id] != nil, state.running[id]?.stopped == nil else { return }
    state.running[id]?.stopped = .now
    state.running[id]?.process.stop()
  }
}

extension JobQueue {
  /// Reads all jobs: uploads that were cut short go, what ran is watched or queued again.
  private func takeUp() throws {
    var adopted: [(String, JobProcess)] = []
    try state.withLock { state in
      for name in try Directory.entries(FileName(store)) {
        let folder = folder(name.systemPath)
        guard Directory.kind(FileName(folder.file(JobFolder.record))) != nil,
          case var job = try folder.read(), job.state != .uploading
        else {
          Directory.delete(FileName(folder.path))
          continue
        }
        state.nextNumber = max(state.nextNumber, job.number + 1)
        if job.state == .running {
          if let process = JobProcess(in: folder) {
            adopted.append((job.id, process))
            state.running[job.id] = Running(process: process)
            if job.isCancelled || job.stopReason != nil { Self.stop(job.id, &state) }
          } else {
            finish(&job, .unknown, isStopping: false)
            try folder.write(job)
          }
        }
        state.jobs[job.id] = job
      }
    }
    for (id, process) in adopted { watch(id, process) }
  }

  private func startNext() {
    while let job = state.withLock({ next($0) }) {
      state.withLock { state in
        // It may have been cancelled meanwhile.
        guard var job = state.jobs[job.id], job.state == .queued, !state.isStopping else { return }
        do {
          job.state = .running
          job.started = job.started ?? time(nil)
          try keep(job, &state)
          let process = try JobProcess(program, words(of: job), in: folder(job.id))
          state.running[job.id] = Running(process: process)
          watch(job.id, process)
          tell("job \(job.id) of \(job.tenant): \(job.method) started")
        } catch {
          job.state = .failed
          job.finished = time(nil)
          job.message = "The job could not be started."
          state.jobs[job.id] = job
          try? folder(job.id).write(job)
          tell("job \(job.id) of \(job.tenant) could not be started: \(error)")
        }
      }
    }
  }

  private func next(_ state: State) -> JobRecord? {
    guard !state.isStopping, state.running.count < limits.runningJobs else { return nil }
    return state.jobs.values.filter { $0.state == .queued }.min { $0.number < $1.number }
  }

  private func words(of job: JobRecord) -> [String] {
    ["purify"] + job.words + [job.dataset, "--output", JobFolder.output, "--prune"] + arguments
  }

  /// Waits for a process on a thread of its own.
  private func watch(_ id: String, _ process: JobProcess) {
    let thread = Thread { [self] in
      let end = process.wait()
      change { state in
        guard var job = state.jobs[id], let running = state.running.removeValue(forKey: id) else {
          return
        }
        job.seconds += running.seconds
        finish(&job, end, isStopping: state.isStopping)
        // If the disk is full, the job is taken up by what its folder holds.
        try? folder(id).write(job)
        state.jobs[id] = job
        tell("job \(id) of \(job.tenant): \(job.state.rawValue)")
      }
    }
    thread.start()
  }

  /// What has become of a job whose process has ended.
  private func finish(_ job: inout JobRecord, _ end: JobProcess.End, isStopping: Bool) {
    let folder = folder(job.id)
    let report = folder.hasOutput ? folder.report : nil
    if let report {
      job.state = report.outcome == "unsure" ? .unsure : .done
      job.message = report.conclusion
    } else if job.isCancelled {
      job.state = .cancelled
      job.message = "The job was cancelled."
    } else if let reason = job.stopReason {
      job.state = .failed
      job.message = reason
    } else if isStopping || end == .unknown {
      job.state = .queued
    } else {
      job.state = .failed
      if case .signal(let number) = end {
        job.message = "The job was ended by signal \(number)."
      } else {
        job.message = folder.lastLine ?? "The job failed without a word."
      }
    }
    guard job.state.isFinal else { return }
    job.finished = time(nil)
    folder.tidy(job)
    job.keptBytes = folder.bytes
  }

  /// Stops jobs that run too long, or of which the disk is full; those that do not stop are ended.
  private func checkLimits() {
    let running = state.withLock { $0.running.keys.map { $0 } }
    let isFull = !running.isEmpty && storeBytes(read { $0 }) > limits.storeBytes
    state.withLock { state in
      for id in running {
        guard var job = state.jobs[id], let process = state.running[id] else { continue }
        if let stopped = process.stopped {
          // What is cancelled need not be saved.
          let grace = job.isCancelled ? .seconds(10) : Self.grace
          if .now - stopped > grace { process.process.stop(atOnce: true) }
          continue
        }
        if job.seconds + process.seconds > Double(limits.jobSeconds) {
          job.stopReason = "The job ran longer than \(limits.jobSeconds) seconds."
        } else if isFull {
          job.stopReason = "The job needs more disk space than there is."
        }
        guard job.stopReason != nil else { continue }
        try? keep(job, &state)
        Self.stop(id, &state)
      }
    }
  }

  /// Bytes of all that is kept: measured of what runs, known of the rest.
  func storeBytes(_ state: State) -> Int {
    state.jobs.values.reduce(0) { sum, job in
      switch job.state {
      case .running: sum + folder(job.id).bytes
      case .uploading, .queued: sum + job.uploadBytes
      default: sum + job.keptBytes
      }
    }
  }
}
