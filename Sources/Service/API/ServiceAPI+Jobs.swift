import Foundation
import Support

/// The handlers of requests about jobs.
extension ServiceAPI {
  func submit(_ request: ServiceRequest, _ method: JobMethod) throws -> HTTPReply {
    var choices = request.head.query
    var format = UploadFormat.zip
    if let place = choices.firstIndex(where: { $0.name == Self.format.name }) {
      let choice = choices.remove(at: place)
      _ = try Self.format.words(choice.value, models: [:])
      format = UploadFormat(rawValue: choice.value) ?? format
    }
    let words = try method.words(choices, models: models)
    guard let bytes = request.head.contentLength else {
      throw HTTPFailure(.lengthRequired, "Send the dataset with its size (Content-Length).")
    }
    guard bytes > 0 else { throw HTTPFailure(.badRequest, "The body is to be a dataset.") }
    let upload = try queue.upload(
      tenant: request.tenant, method: method.name,
      options: Dictionary(choices.map { ($0.name, $0.value) }) { $1 }, words: words,
      format: format, bytes: bytes)
    return .upload(take: upload.append) { [queue] in
      let job = try upload.finish()
      return try .json(
        .created, queue.view(job),
        fields: [HTTPField("Location", "/\(Self.prefix)/jobs/\(job.id)")])
    }
  }

  func list(_ request: ServiceRequest) throws -> HTTPAnswer {
    try .json(.ok, ["jobs": queue.jobs(of: request.tenant).map(queue.view)])
  }

  func show(_ request: ServiceRequest) throws -> HTTPAnswer {
    try .json(.ok, queue.view(try queue.job(request.id, of: request.tenant)))
  }

  func remove(_ request: ServiceRequest) throws -> HTTPAnswer {
    guard let job = try queue.remove(request.id, of: request.tenant) else {
      return HTTPAnswer(.noContent, nil, .bytes([]))
    }
    return try .json(job.state == .running ? .accepted : .ok, queue.view(job))
  }

  func result(_ request: ServiceRequest) throws -> HTTPAnswer {
    let output = try output(request)
    let archive = try FolderArchive(output)
    return HTTPAnswer(
      .ok, "application/x-tar",
      fields: [HTTPField("Content-Disposition", "attachment; filename=\"purified.tar\"")],
      .parts(count: archive.count, archive.parts()))
  }

  func report(_ request: ServiceRequest, _ name: String, _ type: String) throws -> HTTPAnswer {
    let file = try RandomAccessFile(try output(request) + "/" + name)
    return HTTPAnswer(
      .ok, type,
      // Names in it are those of a dataset that an attacker made.
      fields: [
        HTTPField(
          "Content-Security-Policy",
          "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:")
      ],
      .parts(count: file.size, file.parts()))
  }

  /// The folder of a job's result.
  private func output(_ request: ServiceRequest) throws -> String {
    let job = try queue.job(request.id, of: request.tenant)
    guard job.state.hasResult else {
      throw HTTPFailure(.conflict, "The job has no result: it is \(job.state.rawValue).")
    }
    return queue.folder(job.id).file(JobFolder.output)
  }

  /// Server-sent events (the HTML standard, section 9.2).
  func events(_ request: ServiceRequest) throws -> HTTPAnswer {
    let (id, tenant) = (request.id, request.tenant)
    _ = try queue.job(id, of: tenant)
    return HTTPAnswer(
      .ok, "text/event-stream", fields: [HTTPField("X-Accel-Buffering", "no")],
      .parts(count: nil, parts(of: id, tenant)))
  }

  /// What there is to tell about a job, each time it is asked.
  private func parts(of id: String, _ tenant: String) -> HTTPAnswer.Parts {
    var told: (state: JobRecord.State?, progress: JobProgress?) = (nil, nil)
    var lastPart = ContinuousClock.now
    var isOver = false
    return { [queue] in
      guard !isOver else { return nil }
      if told.state != nil { usleep(200_000) }
      // A job that is deleted has no end to tell.
      guard let job = try? queue.job(id, of: tenant) else { return nil }
      let view = queue.view(job)
      var kind: String?
      isOver = job.state.isFinal
      if isOver {
        kind = "end"
      } else if job.state != told.state {
        kind = "state"
      } else if let progress = view.progress, progress != told.progress {
        kind = "progress"
        told.progress = progress
      }
      told.state = job.state
      guard kind != nil || .now - lastPart > Self.heartbeat else { return [] }
      lastPart = .now
      guard let kind else { return Array(": still here\n\n".utf8) }
      return Array("event: \(kind)\ndata: \(try JSONText.line(view))\n\n".utf8)
    }
  }

  private static let heartbeat = Duration.seconds(10)
}
