import Runs

/// `timings.json`: the process that ended a run, which is another each time.
struct ProcessRecord: Codable {
  /// Its command line; nil where there was none.
  var command: String?
  var timings: PhaseTimings

  private enum Keys: String, CodingKey { case command }

  init(command: String?, timings: PhaseTimings) {
    self.command = command
    self.timings = timings
  }

  init(from decoder: any Decoder) throws {
    command = try decoder.container(keyedBy: Keys.self)
      .decodeIfPresent(String.self, forKey: .command)
    timings = try PhaseTimings(from: decoder)
  }

  func encode(to encoder: any Encoder) throws {
    try timings.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encodeIfPresent(command, forKey: .command)
  }
}
