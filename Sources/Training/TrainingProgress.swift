import Runs
import Support

/// How often a training reports, and how often it saves its state (at a report, so not more often).
public struct TrainingIntervals: Sendable {
  public var report: Duration
  /// nil for as often as costs a hundredth of the time, and 5 seconds apart at least.
  public var save: Duration?

  public init(report: Duration = .seconds(1), save: Duration? = nil) {
    self.report = report
    self.save = save
  }

  /// How far states lie apart, of which one took `cost` to be saved.
  func distance(cost: Duration) -> Duration { save ?? max(.seconds(5), cost * 100) }
}

/// Where a training stands.
public struct TrainingProgress: Sendable {
  /// Steps done, of the whole training, resumed parts included.
  public var step: Int
  /// `nil` where only the time is limited.
  public var totalSteps: Int?
  /// Epochs begun, from 1.
  public var epoch: Int
  /// Mean loss since the last report.
  public var loss: Float
  public var learningRate: Float
  /// Since this process began the training.
  public var imagesPerSecond: Double
  public var secondsLeft: Double

  public init(
    step: Int, totalSteps: Int?, epoch: Int, loss: Float, learningRate: Float,
    imagesPerSecond: Double, secondsLeft: Double
  ) {
    self.step = step
    self.totalSteps = totalSteps
    self.epoch = epoch
    self.loss = loss
    self.learningRate = learningRate
    self.imagesPerSecond = imagesPerSecond
    self.secondsLeft = secondsLeft
  }

  public var isLast: Bool { step == totalSteps }

  public var lossText: String { NumberFormat.text(Double(loss), digits: 4) }

  /// Such as `epoch 3, step 1200/4000, loss 0.0312, 410 images/s, 2 min 05 s left`.
  public var line: String {
    let steps = totalSteps.map { "\(step)/\($0)" } ?? "\(step)"
    return "epoch \(epoch), step \(steps), loss \(lossText), "
      + ThroughputMeter.text(rate: imagesPerSecond, secondsLeft: secondsLeft)
  }
}

extension Run {
  /// Shows where a training is.
  public func show(_ progress: TrainingProgress, of phase: String) throws {
    try status(phase, progress.line, isLast: progress.isLast)
  }
}
