import ComputeBackend
import Foundation

extension ReferenceOperations {
  public func sgdStep(
    _ parameters: SGDParameters, weights: BufferSlice, gradients: BufferSlice,
    velocity: BufferSlice, gradientScale: BufferSlice?
  ) {
    let p = weights.elements
    let gradient = gradients.elements
    let v = velocity.elements
    let scale = gradientScale?.elements[0] ?? 1
    let momentum = Double(parameters.momentum)
    for i in 0..<weights.count {
      let g = scale * gradient[i] + Double(parameters.weightDecay) * p[i]
      v[i] = momentum * v[i] + g
      p[i] -= Double(parameters.learningRate) * (parameters.nesterov ? g + momentum * v[i] : v[i])
    }
  }

  public func adamStep(
    _ parameters: AdamParameters, weights: BufferSlice, gradients: BufferSlice,
    firstMoment: BufferSlice, secondMoment: BufferSlice, gradientScale: BufferSlice?
  ) {
    let p = weights.elements
    let gradient = gradients.elements
    let m = firstMoment.elements
    let v = secondMoment.elements
    let scale = gradientScale?.elements[0] ?? 1
    let rate = Double(parameters.learningRate)
    let decay = Double(parameters.weightDecay)
    let beta1 = Double(parameters.beta1)
    let beta2 = Double(parameters.beta2)
    let correction1 = 1 - pow(beta1, Double(parameters.step))
    let correction2 = 1 - pow(beta2, Double(parameters.step))
    for i in 0..<weights.count {
      var g = scale * gradient[i]
      if parameters.decoupledWeightDecay {
        p[i] -= rate * decay * p[i]
      } else {
        g += decay * p[i]
      }
      m[i] = beta1 * m[i] + (1 - beta1) * g
      v[i] = beta2 * v[i] + (1 - beta2) * g * g
      let deviation = (v[i] / correction2).squareRoot() + Double(parameters.epsilon)
      p[i] -= rate * (m[i] / correction1) / deviation
    }
  }
}
