/// What clients can make a service take, keep and do at most.
public struct ServiceLimits: Sendable {
  /// Bytes of an uploaded dataset.
  public var uploadBytes = 2 << 30
  /// A tenant's jobs that are not finished.
  public var unfinishedJobs = 10
  /// A tenant's jobs in all.
  public var jobs = 100
  /// Seconds that a job may run.
  public var jobSeconds = 86_400
  /// Bytes of all that is kept.
  public var storeBytes = 100 << 30
  /// Connections at a time.
  public var connections = 128
  /// Jobs that run at a time.
  public var runningJobs = 1

  public init() {}
}
