import Support

/// A dataset that is coming; unless it is finished, nothing stays of it and its job.
final class JobUpload {
  private let queue: JobQueue
  private var job: JobRecord
  private let file: AppendOnlyFile

  /// - Parameter job: one that the queue counts already.
  /// - Throws: `HTTPFailure` if there is no room.
  init(_ job: JobRecord, in queue: JobQueue) throws {
    self.job = job
    self.queue = queue
    let folder = queue.folder(job.id)
    do {
      try Directory.make(FileName(folder.path), mode: 0o700)
      try folder.write(job)
      file = AppendOnlyFile(try RandomAccessFile(folder.file(job.dataset), .create))
    } catch {
      queue.drop(job)
      throw Self.noRoom
    }
  }

  deinit { if job.state == .uploading { queue.drop(job) } }

  /// - Throws: `HTTPFailure` if there is no room.
  func append(_ part: [UInt8]) throws {
    do { try file.append(part) } catch { throw Self.noRoom }
  }

  /// Queues the job.
  ///
  /// - Throws: `HTTPFailure` if there is no room.
  func finish() throws -> JobRecord {
    var queued = job
    queued.state = .queued
    do {
      try file.flush()
      try queue.change { try queue.keep(queued, &$0) }
    } catch {
      throw Self.noRoom
    }
    job = queued
    return job
  }

  private static let noRoom = HTTPFailure(
    .insufficientStorage, "The dataset could not be kept; try again later.")
}

extension JobQueue {
  /// Forgets a job whose dataset does not come.
  fileprivate func drop(_ job: JobRecord) {
    change { $0.jobs[job.id] = nil }
    Directory.delete(FileName(folder(job.id).path))
  }
}
