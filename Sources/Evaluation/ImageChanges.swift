/// How much a purification changed the images of poisoned and of clean samples.
///
/// What detection means for attacks that leave labels alone.
public struct ImageChanges: Equatable, Codable, Sendable {
  /// Figures of some samples.
  public struct Part: Equatable, Codable, Sendable {
    /// Share of the samples that were left out, if any.
    public var removed: Double?
    /// Share of the other samples whose image changed at all.
    public var share: Double
    /// Mean |difference| of all bytes, in grey levels (1/255).
    public var mean: Double
    /// Greatest |difference|, in grey levels.
    public var maximum: Int

    public init(removed: Double? = nil, share: Double, mean: Double, maximum: Int) {
      self.removed = removed
      self.share = share
      self.mean = mean
      self.maximum = maximum
    }
  }

  /// `nil` if there are no such samples.
  public var poisoned: Part?
  public var clean: Part?

  /// - Parameters:
  ///   - images: a sample's bytes before and after, of equal counts; `nil` if it was left out.
  public init(
    isPoisoned: [Bool], images: (_ sample: Int) throws -> (before: [UInt8], after: [UInt8])?
  ) rethrows {
    var tallies = (poisoned: Tally(), clean: Tally())
    for (sample, isPoisoned) in isPoisoned.enumerated() {
      let images = try images(sample)
      if isPoisoned { tallies.poisoned.add(images) } else { tallies.clean.add(images) }
    }
    poisoned = tallies.poisoned.part
    clean = tallies.clean.part
  }

  private struct Tally {
    var samples = 0
    var removed = 0
    var changed = 0
    var bytes = 0
    var sum = 0
    var maximum = 0

    mutating func add(_ images: (before: [UInt8], after: [UInt8])?) {
      samples += 1
      guard let (before, after) = images else {
        removed += 1
        return
      }
      precondition(
        before.count == after.count, "ImageChanges: \(before.count) and \(after.count) bytes")
      bytes += before.count
      guard before != after else { return }
      changed += 1
      for (a, b) in zip(before, after) {
        let difference = abs(Int(a) - Int(b))
        sum += difference
        maximum = max(maximum, difference)
      }
    }

    var part: Part? {
      guard samples > 0 else { return nil }
      return Part(
        removed: removed > 0 ? Double(removed) / Double(samples) : nil,
        share: Double(changed) / Double(max(samples - removed, 1)),
        mean: Double(sum) / Double(max(bytes, 1)), maximum: maximum)
    }
  }
}
