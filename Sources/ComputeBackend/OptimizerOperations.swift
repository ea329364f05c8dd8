/// Stochastic gradient descent with momentum, as in PyTorch (dampening 0).
public struct SGDParameters: Hashable, Sendable {
  public var learningRate: Float
  public var momentum: Float
  /// Added to the gradient as weightDecay·parameter.
  public var weightDecay: Float
  public var nesterov: Bool

  public init(learningRate: Float, momentum: Float, weightDecay: Float, nesterov: Bool = false) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.nesterov = nesterov
  }
}

/// Adam with bias correction; decoupled weight decay makes it AdamW.
public struct AdamParameters: Hashable, Sendable {
  public var learningRate: Float
  public var beta1: Float
  public var beta2: Float
  public var epsilon: Float
  public var weightDecay: Float
  public var decoupledWeightDecay: Bool
  /// 1 at the first step.
  public var step: Int

  public init(
    learningRate: Float, beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8,
    weightDecay: Float = 0, decoupledWeightDecay: Bool = false, step: Int
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupledWeightDecay = decoupledWeightDecay
    self.step = step
  }
}

/// Optimiser steps over one flat parameter arena, in place.
public protocol OptimizerOperations {
  /// v ← momentum·v + g, with g = gradientScale·gradient + decay·p;
  /// p ← p − rate·(v or g + momentum·v). `gradientScale` is one element on the device
  /// (clipping), or nil for 1.
  func sgdStep(
    _ parameters: SGDParameters, weights: BufferSlice, gradients: BufferSlice,
    velocity: BufferSlice, gradientScale: BufferSlice?)
  /// One Adam or AdamW step; `gradientScale` as above.
  func adamStep(
    _ parameters: AdamParameters, weights: BufferSlice, gradients: BufferSlice,
    firstMoment: BufferSlice, secondMoment: BufferSlice, gradientScale: BufferSlice?)
}
