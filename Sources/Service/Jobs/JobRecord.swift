import Foundation

/// What is kept of a job, `job.json` in its folder.
struct JobRecord: Codable, Sendable {
  enum State: String, Codable, Sendable, CaseIterable {
    /// Its dataset is still coming.
    case uploading
    case queued, running
    /// With a result: one to rely on, and one that the method doubts.
    case done, unsure
    case failed, cancelled

    var isFinal: Bool { self != .uploading && self != .queued && self != .running }
    var hasResult: Bool { self == .done || self == .unsure }
  }

  /// Raised when an earlier service would misunderstand one.
  var schema = 1
  let id: String
  /// In the order of coming, over all tenants.
  let number: Int
  let tenant: String
  let method: String
  /// As they were asked for.
  let options: [String: String]
  let format: UploadFormat
  /// Behind `purify`, with the dataset's name last.
  let words: [String]
  var state = State.uploading
  /// Bytes of the dataset; those that were announced, while it is coming.
  var uploadBytes: Int
  /// Bytes of what is kept, once the job is finished.
  var keptBytes = 0
  let created: Int
  var started: Int?
  var finished: Int?
  /// Seconds that it ran, in all its processes.
  var seconds = 0.0
  var isCancelled = false
  /// Why the service ends it, if it does.
  var stopReason: String?
  /// How it ended, in a sentence.
  var message: String?

  /// The name of the uploaded file, by whose end its format is known.
  var dataset: String { "dataset.\(format.rawValue)" }
}

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
    created = HTTPDate.timestamp(of: job.created)
    started = job.started.map(HTTPDate.timestamp)
    finished = job.finished.map(HTTPDate.timestamp)
    seconds = (job.seconds * 10).rounded() / 10
    message = job.message
    self.progress = progress
  }
}

/// Where a job is, as clients see it.
struct JobProgress: Codable, Equatable, Sendable {
  let phase: String
  let text: String
  let unit: String?
  let done: Double?
  let total: Int?
  /// Units each second, and seconds until the phase's end.
  let rate: Double?
  let secondsLeft: Double?
}
