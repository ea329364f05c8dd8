import ArgumentParser
import Service

/// What clients of the service can make it take, keep and do at most.
struct LimitArguments: ParsableArguments {
  @Option(help: "Jobs that run at a time; others wait.")
  var jobsAtOnce = 1

  @Option(help: ArgumentHelp("Of an uploaded dataset.", valueName: "MB"))
  var uploadLimit = 2048

  @Option(help: ArgumentHelp("Of all that is kept.", valueName: "GB"))
  var storeLimit = 100

  @Option(help: ArgumentHelp("That a job may run.", valueName: "seconds"))
  var timeLimit = 86_400

  @Option(help: ArgumentHelp("A tenant's unfinished jobs.", valueName: "count"))
  var queueLimit = 10

  @Option(help: ArgumentHelp("A tenant's jobs, with those that are finished.", valueName: "count"))
  var keptLimit = 100

  @Option(help: ArgumentHelp("Connections at a time.", valueName: "count"))
  var connectionLimit = 128

  private static let most = [
    "jobs-at-once": 64, "upload-limit": 1 << 24, "store-limit": 1 << 20, "time-limit": 31_536_000,
    "queue-limit": 100_000, "kept-limit": 100_000, "connection-limit": 4096,
  ]

  func validate() throws {
    for (name, value) in [
      ("jobs-at-once", jobsAtOnce), ("upload-limit", uploadLimit), ("store-limit", storeLimit),
      ("time-limit", timeLimit), ("queue-limit", queueLimit), ("kept-limit", keptLimit),
      ("connection-limit", connectionLimit),
    ] {
      let most = Self.most[name] ?? 1
      guard (1...most).contains(value) else {
        throw ValidationError("--\(name) \(value): use 1 to \(most).")
      }
    }
  }

  var limits: ServiceLimits {
    var limits = ServiceLimits()
    limits.runningJobs = jobsAtOnce
    limits.uploadBytes = uploadLimit << 20
    limits.storeBytes = storeLimit << 30
    limits.jobSeconds = timeLimit
    limits.unfinishedJobs = queueLimit
    limits.jobs = keptLimit
    limits.connections = connectionLimit
    return limits
  }
}
