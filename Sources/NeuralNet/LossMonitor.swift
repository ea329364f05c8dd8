import Autograd

/// Sums losses on the device, so that progress and a check for NaN cost one wait for many steps.
public struct LossMonitor {
  private var total: Tensor?
  private var count = 0

  public init() {}

  /// Adds a loss; does not wait.
  public mutating func add(_ loss: Tensor) {
    let loss = loss.detached()
    total = withoutGradient { total.map { $0 + loss } ?? loss }
    count += 1
  }

  /// The mean since the last call, or `nil` if nothing was added; waits for the device.
  ///
  /// Throws `NonFiniteLoss` if any of the losses was NaN or infinite.
  public mutating func mean() throws -> Float? { try means()?.first }

  /// The same of losses that are several each.
  public mutating func means() throws -> [Float]? {
    defer {
      total = nil
      count = 0
    }
    guard let sums = try total?.values() else { return nil }
    guard sums.allSatisfy(\.isFinite) else { throw NonFiniteLoss(steps: count) }
    return sums.map { $0 / Float(count) }
  }
}

/// Training that has diverged.
public struct NonFiniteLoss: Error, Equatable, CustomStringConvertible {
  /// Within how many of the latest steps it happened.
  public let steps: Int

  public var description: String {
    """
    the loss became NaN or infinite within the last \(steps) steps; lower the learning rate, or \
    check the weights that training started from
    """
  }
}
