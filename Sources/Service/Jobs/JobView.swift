import Foundation

/// A job as clients see it.
struct JobView: Codable, Sendable {
  let id: String
  let state: JobRecord.State
  let method: String
  let options: [String: String]
  let format: UploadFormat
  let bytes: Int
  let created: String
  let started: String?
  let finished: String?
  let seconds: Double
  let message: String?
  /// Where a running job is.
  let progress: JobProgress?

  init(_ job: JobRecord, progress: JobProgress?) {
    id = job.id
    state = job.state
    method = job.method
    options = job.options
    format = job.format
    bytes = job.uploadBytes
    created = Self.timestamp(job.created)
    started = job.started.map(Self.timestamp)
    finished = job.finished.map(Self.timestamp)
    seconds = (job.seconds * 10).rounded() / 10
    message = job.message
    self.progress = progress
  }

  /// By RFC 3339: `1994-11-06T08:49:37Z`.
  private static func timestamp(_ moment: time_t) -> String {
    Date(timeIntervalSince1970: TimeInterval(moment)).formatted(.iso8601)
  }
}
