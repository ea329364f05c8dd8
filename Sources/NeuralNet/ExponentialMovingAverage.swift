import ComputeBackend

/// A shadow of an arena's weights that follows them slowly: s ← d·s + (1 − d)·w.
public final class ExponentialMovingAverage {
  public let arena: ParameterArena
  public let decay: Float
  /// Starts with the smaller decay (1 + n)/(10 + n) after n updates, so that early weights fade.
  public let warmsUp: Bool
  public private(set) var updates = 0
  private let shadow: BufferSlice

  /// Starts at the present weights.
  public init(_ arena: ParameterArena, decay: Float, warmsUp: Bool = true) {
    self.arena = arena
    self.decay = decay
    self.warmsUp = warmsUp
    shadow = arena.backend.makeBuffer(count: arena.count)[arena.count]
    arena.backend.copy(arena.weights, into: shadow)
  }

  /// Follows the weights; to be called after each optimiser step.
  public func update() {
    updates += 1
    let warm = (1 + Float(updates)) / (10 + Float(updates))
    let decay = warmsUp ? min(self.decay, warm) : self.decay
    arena.backend.affineSum(
      [(coefficient: decay, slice: shadow), (coefficient: 1 - decay, slice: arena.weights)],
      into: shadow)
  }

  /// Runs `body` with the averages in place of the weights, as constants.
  ///
  /// Nothing is copied.
  public func withAverages<Result>(_ body: () throws -> Result) rethrows -> Result {
    try arena.withConstants(shadow, body)
  }

  /// What a resumed run needs; waits for the device.
  public func state() throws -> [String: [Float]] {
    ["shadow": try arena.backend.downloadFloats(shadow), "updates": [Float(updates)]]
  }

  /// Restores what `state` returned; throws if it belongs to another model.
  public func restore(_ state: [String: [Float]]) throws {
    let values = try state.array("shadow", count: arena.count)
    updates = try state.steps("updates")
    arena.backend.upload(values, to: shadow)
  }
}
