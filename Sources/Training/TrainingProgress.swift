/// How often a training reports, and how often it saves its state (at a report, so not more often).
public struct TrainingIntervals: Sendable {
  public var report: Duration
  public var save: Duration

  public init(report: Duration = .seconds(1), save: Duration = .seconds(120)) {
    self.report = report
    self.save = save
  }
}

/// Where a training stands.
public struct TrainingProgress: Sendable {
  /// Steps done, of the whole training, resumed parts included.
  public var step: Int
  public var totalSteps: Int
  /// Epochs begun, from 1.
  public var epoch: Int
  /// Mean loss since the last report.
  public var loss: Float
  public var learningRate: Float
  /// Since this process began the training.
  public var imagesPerSecond: Double
  public var secondsLeft: Double

  public init(
    step: Int, totalSteps: Int, epoch: Int, loss: Float, learningRate: Float,
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

  /// `epoch 3  step 1200/4000  loss 0.0312  410 images/s  2:05 left`
  public var line: String {
    let rate = imagesPerSecond < 10 ? Self.text(imagesPerSecond, digits: 1) : "\(Int(imagesPerSecond))"
    return "epoch \(epoch)  step \(step)/\(totalSteps)  loss \(Self.text(Double(loss), digits: 4))  "
      + "\(rate) images/s  \(Self.duration(secondsLeft)) left"
  }

  /// A number with this many decimals.
  static func text(_ value: Double, digits: Int) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((value.magnitude * scale).rounded())
    let fraction = String(whole % Int(scale))
    let zeros = String(repeating: "0", count: digits - fraction.count)
    return (value < 0 ? "-" : "") + "\(whole / Int(scale)).\(zeros)\(fraction)"
  }

  /// `0:07`, `12:30`, `3:02:10`
  static func duration(_ seconds: Double) -> String {
    let all = Int(max(seconds, 0).rounded())
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes, rest) = (all / 3600, all / 60 % 60, all % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }
}
