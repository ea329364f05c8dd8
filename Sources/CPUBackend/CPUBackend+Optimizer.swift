import CMicroKernels
import ComputeBackend
import Glibc

extension CPUBackend {
  public func sgdStep(
    _ parameters: SGDParameters, weights: BufferSlice, gradients: BufferSlice,
    velocity: BufferSlice, gradientScale: BufferSlice?
  ) {
    let count = weights.count
    guard isHealthy else { return }
    let scale = gradientScale?.floats[0] ?? 1
    let (g, p, v) = (gradients.floats, weights.written(), velocity.written())
    threads.parallelRanges(count, grain: Self.grain) { range, _ in
      let i = range.lowerBound
      kernels.optimizers.sgd(
        parameters.learningRate, parameters.momentum, parameters.weightDecay,
        parameters.nesterov, scale, p + i, g + i, v + i, range.count)
    }
  }

  public func adamStep(
    _ parameters: AdamParameters, weights: BufferSlice, gradients: BufferSlice,
    firstMoment: BufferSlice, secondMoment: BufferSlice, gradientScale: BufferSlice?
  ) {
    let count = weights.count
    guard isHealthy else { return }
    let scale = gradientScale?.floats[0] ?? 1
    var native = ElixirAdam(parameters)
    let (g, p) = (gradients.floats, weights.written())
    let (m, v) = (firstMoment.written(), secondMoment.written())
    withUnsafePointer(to: &native) { native in
      threads.parallelRanges(count, grain: Self.grain) { range, _ in
        let i = range.lowerBound
        kernels.optimizers.adam(native, scale, p + i, g + i, m + i, v + i, range.count)
      }
    }
  }
}

extension ElixirAdam {
  fileprivate init(_ parameters: AdamParameters) {
    let rate = Double(parameters.learningRate)
    let correction1 = 1 - pow(Double(parameters.beta1), Double(parameters.step))
    let correction2 = 1 - pow(Double(parameters.beta2), Double(parameters.step))
    let decay = parameters.weightDecay
    let isDecoupled = parameters.decoupledWeightDecay
    self.init(
      stepSize: Float(rate / correction1), secondCorrection: Float(1 / correction2.squareRoot()),
      beta1: parameters.beta1, beta2: parameters.beta2, epsilon: parameters.epsilon,
      weightDecay: isDecoupled ? 0 : decay,
      shrinkage: isDecoupled ? Float(1 - rate * Double(decay)) : 1)
  }
}
