import CService
import Foundation
import Support

/// The process of a job: one that was started, or one that an earlier service left behind.
///
/// It holds a lock, which it was given at its start and which ends with it: nobody else is taken
/// for it, and no second one is started beside it.
final class JobProcess: Sendable {
  let id: Int32
  private let lock: FileName
  /// Whether it is a child of this process, whose exit code can be had.
  private let isChild: Bool

  /// How a process ended.
  enum End: Equatable, Sendable {
    case exit(Int32)
    case signal(Int32)
    /// It was not our child.
    case unknown
  }

  /// Starts a job in its folder.
  ///
  /// - Parameters:
  ///   - program: the program to run, such as `/proc/self/exe`.
  ///   - words: what follows the program's name.
  /// - Throws: `FileError`
  init(_ program: String, _ words: [String], in folder: JobFolder) throws {
    lock = FileName(folder.file(JobFolder.lock))
    guard let held = try FileLock(lock) else {
      throw FileError.unwritable(path: lock.description, reason: "a process of the job is running")
    }
    try RandomAccessFile.write([], to: lock)
    id = try Self.spawn(program, words, in: folder.path, lock: held.descriptor)
    isChild = true
    try RandomAccessFile.write(Array("\(id)".utf8), to: lock)
    // The one who waits for answers goes first.
    setpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(id), 5)
  }

  /// Finds the process that an earlier service started; nil if it has ended.
  init?(in folder: JobFolder) {
    lock = FileName(folder.file(JobFolder.lock))
    isChild = false
    guard Self.isHeld(lock) else { return nil }
    // It is not there if the service was killed as it started the process.
    id = (try? TextFile.read(lock.systemPath)).flatMap { Int32($0) } ?? 0
  }

  /// Asks it to stop after its batch, or ends it at once.
  func stop(atOnce: Bool = false) {
    // A number that has been reaped, or is of another by now, is left alone.
    if id > 1, Self.isHeld(lock) { kill(id, atOnce ? SIGKILL : SIGTERM) }
  }

  /// Waits until it ends.
  func wait() -> End {
    guard isChild else {
      while Self.isHeld(lock) { usleep(100_000) }
      return .unknown
    }
    var status: Int32 = 0
    while waitpid(id, &status, 0) < 0 {
      guard errno == EINTR else { return .unknown }
    }
    let signal = status & 0x7f
    return signal == 0 ? .exit(status >> 8 & 0xff) : .signal(signal)
  }

  private static func isHeld(_ path: FileName) -> Bool {
    guard Directory.kind(path) == .file else { return false }
    do { return try FileLock(path) == nil } catch { return false }
  }

  private static func spawn(
    _ program: String, _ words: [String], in folder: String, lock: Int32
  ) throws -> Int32 {
    var environment = ProcessInfo.processInfo.environment
    environment["ELIXIR_EVENTS"] = JobFolder.events
    let process = withCStrings(["elixir-gpu"] + words) { arguments in
      withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
        elixir_start_job(program, arguments, variables, folder, JobFolder.log, lock)
      }
    }
    guard process > 0 else {
      throw FileError.unreadable(path: program, reason: String(cString: strerror(-process)))
    }
    return process
  }

  private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    let pointers = texts.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("JobProcess: no strings") }
      return body(base)
    }
  }
}
