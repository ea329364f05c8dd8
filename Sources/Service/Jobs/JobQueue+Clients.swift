import Foundation
import Support

/// What a tenant can do with jobs of its own; those of others are not there.
extension JobQueue {
  static let notFound = HTTPFailure(.notFound, "There is no such job.")

  /// A tenant's jobs, the latest first.
  func jobs(of tenant: String) -> [JobRecord] {
    read { state in
      state.jobs.values.filter { $0.tenant == tenant }.sorted { $0.number > $1.number }
    }
  }

  /// - Throws: `HTTPFailure`
  func job(_ id: String, of tenant: String) throws -> JobRecord {
    try read { try Self.job(id, of: tenant, $0) }
  }

  /// A job with where it is.
  func view(_ job: JobRecord) -> JobView {
    JobView(job, progress: job.state == .running ? folder(job.id).progress : nil)
  }

  /// Begins a job, which is queued once all bytes of its dataset have come.
  ///
  /// - Parameters:
  ///   - words: what stands behind `purify` but for the dataset.
  ///   - bytes: of the dataset.
  /// - Throws: `HTTPFailure` if a limit is reached.
  func upload(
    tenant: String, method: String, options: [String: String], words: [String],
    format: UploadFormat, bytes: Int
  ) throws -> JobUpload {
    guard bytes <= limits.uploadBytes else {
      throw HTTPFailure(
        .contentTooLarge, "Datasets of at most \(limits.uploadBytes) bytes are taken.")
    }
    let job = try change { state in
      try checkCounts(tenant, state)
      try checkSpace(bytes, state)
      let job = JobRecord(
        id: SecretToken.random(), number: state.nextNumber, tenant: tenant, method: method,
        options: options, format: format, words: words, uploadBytes: bytes, created: time(nil))
      state.nextNumber += 1
      state.jobs[job.id] = job
      return job
    }
    return try JobUpload(job, in: self)
  }

  /// Cancels a job that waits or runs; deletes one that is finished.
  ///
  /// - Returns: what is left of it.
  /// - Throws: `HTTPFailure`
  func remove(_ id: String, of tenant: String) throws -> JobRecord? {
    let left: JobRecord? = try change { state in
      var job = try Self.job(id, of: tenant, state)
      switch job.state {
      case .uploading: throw HTTPFailure(.conflict, "The dataset is still coming.")
      case .queued:
        job.state = .cancelled
        job.isCancelled = true
        job.finished = time(nil)
        job.message = "The job was cancelled."
        let folder = folder(id)
        folder.tidy(job)
        job.keptBytes = folder.bytes
        try keep(job, &state)
      case .running:
        job.isCancelled = true
        try keep(job, &state)
        Self.stop(id, &state)
      case .done, .unsure, .failed, .cancelled:
        state.jobs[id] = nil
        // Without it the folder is no job's any more.
        Directory.delete(FileName(folder(id).file(JobFolder.record)))
        return nil
      }
      return job
    }
    if left == nil { Directory.delete(FileName(folder(id).path)) }
    return left
  }

  private static func job(_ id: String, of tenant: String, _ state: State) throws -> JobRecord {
    guard let job = state.jobs[id], job.tenant == tenant else { throw notFound }
    return job
  }

  private func checkCounts(_ tenant: String, _ state: State) throws {
    let own = state.jobs.values.filter { $0.tenant == tenant }
    guard own.count < limits.jobs else {
      throw HTTPFailure(
        .tooManyRequests, "You have \(own.count) jobs; delete some that are finished.")
    }
    let unfinished = own.filter { !$0.state.isFinal }.count
    guard unfinished < limits.unfinishedJobs else {
      throw HTTPFailure(
        .tooManyRequests, "You have \(unfinished) unfinished jobs; wait for one.",
        headers: [HTTPField("Retry-After", "30")])
    }
  }

  /// There must be room for the dataset, and as much for what becomes of it.
  private func checkSpace(_ bytes: Int, _ state: State) throws {
    let free = Directory.freeBytes(store) ?? .max
    guard storeBytes(state) + 2 * bytes <= limits.storeBytes, 2 * bytes <= free else {
      throw HTTPFailure(
        .insufficientStorage, "There is no room for the dataset; delete jobs, or try again later.")
    }
  }
}
