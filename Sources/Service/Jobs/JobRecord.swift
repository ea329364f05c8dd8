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
