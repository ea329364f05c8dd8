/// A loss over the epochs of a training.
public struct RestorationLossCurve: Codable, Sendable, Equatable {
  public var loss: RestorationLoss
  /// By epoch.
  public var means: [Float]

  public init(loss: RestorationLoss, means: [Float]) {
    self.loss = loss
    self.means = means
  }
}
