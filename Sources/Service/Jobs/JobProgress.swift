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
