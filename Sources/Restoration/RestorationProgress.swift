import Support
import Training

/// Where the training of a restorer is.
public struct RestorationProgress: Sendable {
  public var training: TrainingProgress
  /// Means since the last report, by `RestorationLoss`.
  public var losses: [Float]

  /// Such as `epoch 3, step 120/2000, restoring 0.71, …, 2 min 05 s left`.
  public var line: String {
    let losses = zip(RestorationLoss.allCases, losses)
      .filter { $0 != .identity || $1 != 0 }
      .map { "\($0.name) \(NumberFormat.text(Double($1), digits: 3))" }
    let steps = training.totalSteps.map { "\(training.step)/\($0)" } ?? "\(training.step)"
    return "epoch \(training.epoch), step \(steps), " + losses.joined(separator: ", ") + ", "
      + ThroughputMeter.text(rate: training.imagesPerSecond, secondsLeft: training.secondsLeft)
  }
}
