/// Finds the most noise that clean samples bear, without knowing which are clean.
///
/// Poison is meant to lose its label, and crowds into one class or few; the median class shows what
/// clean samples do. So a first sample of images is corrupted and restored once at rising levels,
/// and the share of labels that the median class keeps is measured.
public struct NoiseSearch: Equatable, Codable, Sendable {
  /// Levels that may be chosen, in noise steps of the linear schedule with 1000 steps.
  public static let levels = [50, 75, 100, 150, 200, 250, 300, 400, 500]
  /// The paper's level, where the search starts.
  public static let start = 150
  /// A typical class should keep this share of its labels.
  public static let retentionGoal = 0.97
  /// It should do so at a level no lower than this; less noise leaves triggers.
  public static let leastUsefulLevel = 100
  /// Otherwise this share must do.
  public static let leastRetention = 0.7

  public struct Measurement: Equatable, Codable, Sendable {
    public var noiseSteps: Int
    /// Of the labels that the victim gives the originals, the share that the median class keeps.
    public var retention: Double

    public init(noiseSteps: Int, retention: Double) {
      self.noiseSteps = noiseSteps
      self.retention = retention
    }
  }

  /// By rising level.
  public private(set) var measurements: [Measurement] = []
  public private(set) var noiseSteps: Int

  /// Whether a typical class keeps enough of its labels at the chosen level.
  public var isBearable: Bool { chosen >= Self.leastRetention }
  public var reachesGoal: Bool { chosen >= Self.retentionGoal }

  private var chosen: Double {
    measurements.first { $0.noiseSteps == noiseSteps }?.retention ?? 0
  }

  /// - Parameters:
  ///   - limit: what the denoiser was trained for.
  ///   - retention: measures a level.
  public init(limit: Int, retention: (_ noiseSteps: Int) throws -> Double) rethrows {
    let levels = Self.levels.filter { $0 <= limit }
    noiseSteps = min(Self.levels[0], limit)
    var place = levels.lastIndex { $0 <= Self.start } ?? 0
    let candidates = levels.isEmpty ? [limit] : levels
    func measure(_ level: Int) throws -> Double {
      let found = try retention(level)
      measurements.append(Measurement(noiseSteps: level, retention: found))
      return found
    }
    if try measure(candidates[place]) >= Self.retentionGoal {
      while place + 1 < candidates.count, try measure(candidates[place + 1]) >= Self.retentionGoal {
        place += 1
      }
    } else {
      while place > 0, candidates[place - 1] >= Self.leastUsefulLevel {
        place -= 1
        if try measure(candidates[place]) >= Self.retentionGoal { break }
      }
    }
    measurements.sort { $0.noiseSteps < $1.noiseSteps }
    noiseSteps =
      measurements.last { $0.retention >= Self.retentionGoal }?.noiseSteps
      ?? measurements.last { $0.retention >= Self.leastRetention }?.noiseSteps
      ?? measurements[0].noiseSteps
  }

  /// One line such as `Noise: 200 steps, the most of those tried at which …`.
  var text: String {
    let curve = measurements.map { "\($0.noiseSteps): \(Int((100 * $0.retention).rounded())) %" }
      .joined(separator: ", ")
    return
      "Noise: \(noiseSteps) steps (labels that a typical class keeps after a round at \(curve))"
  }
}
