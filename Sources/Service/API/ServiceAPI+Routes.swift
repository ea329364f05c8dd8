/// All that a service serves.
extension ServiceAPI {
  static let prefix = "v1"

  /// Those who ask and those who describe see the same list.
  var routes: [Route] {
    let known = [Route.Answer(status: .notFound, meaning: "There is no such job.", schema: "Error")]
    let unfinished = [
      Route.Answer(status: .conflict, meaning: "The job has no result.", schema: "Error")
    ]
    func job(_ status: HTTPStatus, _ meaning: String) -> Route.Answer {
      .init(status: status, meaning: meaning, type: "application/json", schema: "Job")
    }
    return methods.map(submission) + [
      Route(
        method: "GET", path: [Self.prefix, "jobs"], summary: "All jobs, the latest first.",
        answers: [
          .init(status: .ok, meaning: "The jobs.", type: "application/json", schema: "Jobs")
        ], handler: { [self] in .answer(try list($0)) }),
      Route(
        method: "GET", path: [Self.prefix, "jobs", "{id}"], summary: "A job, and where it is.",
        answers: [job(.ok, "The job.")] + known, handler: { [self] in .answer(try show($0)) }),
      Route(
        method: "DELETE", path: [Self.prefix, "jobs", "{id}"],
        summary: "Cancels a job that waits or runs; deletes one that is finished.",
        answers: [
          job(.ok, "The job, which was waiting, is cancelled."),
          job(.accepted, "The job is running; it stops after its batch."),
          .init(status: .noContent, meaning: "The job and its result are deleted."),
          .init(status: .conflict, meaning: "The dataset is still coming.", schema: "Error"),
        ] + known, handler: { [self] in .answer(try remove($0)) }),
      Route(
        method: "GET", path: [Self.prefix, "jobs", "{id}", "events"],
        summary: "What happens to a job, until it is finished.",
        answers: [
          .init(
            status: .ok,
            meaning: "Events 'state' and 'progress', each with the job as JSON; 'end' is the last.",
            type: "text/event-stream")
        ] + known, handler: { [self] in .answer(try events($0)) }),
      Route(
        method: "GET", path: [Self.prefix, "jobs", "{id}", "result"],
        summary: "The purified dataset with its report and tables, as a tar archive.",
        answers: [.init(status: .ok, meaning: "The archive.", type: "application/x-tar")] + known
          + unfinished, handler: { [self] in .answer(try result($0)) }),
      Route(
        method: "GET", path: [Self.prefix, "jobs", "{id}", "report"],
        summary: "The report as a page.",
        answers: [.init(status: .ok, meaning: "The page.", type: "text/html")] + known + unfinished,
        handler: { [self] in .answer(try report($0, "report.html", "text/html; charset=utf-8")) }),
      Route(
        method: "GET", path: [Self.prefix, "jobs", "{id}", "report.json"],
        summary: "The report in numbers.",
        answers: [
          .init(status: .ok, meaning: "The report.", type: "application/json", schema: "Report")
        ] + known + unfinished,
        handler: { [self] in .answer(try report($0, "report.json", "application/json")) }),
      Route(
        method: "GET", path: [Self.prefix, "openapi.json"], summary: "This description.",
        isPublic: true,
        answers: [
          .init(
            status: .ok, meaning: "OpenAPI 3.1.", type: "application/json", schema: "Description")
        ], handler: { [self] _ in .answer(try description()) }),
      Route(
        method: "GET", path: [Self.prefix, "health"], summary: "Whether the service is there.",
        isPublic: true,
        answers: [
          .init(status: .ok, meaning: "It is.", type: "application/json", schema: "Health")
        ],
        handler: { [version] _ in
          .answer(try .json(.ok, ["status": "ok", "version": version]))
        }),
    ]
  }

  /// A route for each method, so that its options alone can be given and are described.
  private func submission(_ method: JobMethod) -> Route {
    Route(
      method: "POST", path: [Self.prefix, "purify", method.name],
      summary: "\(method.help) The body is the dataset, a file.",
      options: [Self.format] + method.options, requiredOptions: method.required,
      takesDataset: true,
      answers: [
        .init(
          status: .created, meaning: "The job, which waits; Location names it.",
          type: "application/json", schema: "Job"),
        .init(
          status: .lengthRequired, meaning: "The size of the body is not given.", schema: "Error"),
        .init(status: .contentTooLarge, meaning: "The dataset is too large.", schema: "Error"),
        .init(status: .tooManyRequests, meaning: "There are too many jobs.", schema: "Error"),
        .init(status: .insufficientStorage, meaning: "There is no room.", schema: "Error"),
      ], handler: { [self] in try submit($0, method) })
  }

  static let format = JobOption(
    name: "format", kind: .choice(UploadFormat.allCases.map(\.rawValue)),
    help: "What kind of file the dataset is; without it, zip.")
}
