import ComputeBackend
import Foundation

extension OpenCLBackend {
  public func sgdStep(
    _ parameters: SGDParameters, weights: BufferSlice, gradients: BufferSlice,
    velocity: BufferSlice, gradientScale: BufferSlice?
  ) {
    let count = weights.count
    context.launch(
      .optimizer, "sgdStep", items: vectors(count),
      [
        .float(parameters.learningRate), .float(parameters.momentum),
        .float(parameters.weightDecay), .flag(parameters.nesterov), .flag(gradientScale != nil),
        .optional(gradientScale, else: gradients), .output(weights), .input(gradients),
        .output(velocity), .int(count),
      ])
  }

  public func adamStep(
    _ parameters: AdamParameters, weights: BufferSlice, gradients: BufferSlice,
    firstMoment: BufferSlice, secondMoment: BufferSlice, gradientScale: BufferSlice?
  ) {
    let count = weights.count
    let rate = Double(parameters.learningRate)
    let (beta1, beta2) = (Double(parameters.beta1), Double(parameters.beta2))
    let decay = Double(parameters.weightDecay)
    let isDecoupled = parameters.decoupledWeightDecay
    let numbers = [
      rate / (1 - pow(beta1, Double(parameters.step))), beta1, beta2, Double(parameters.epsilon),
      isDecoupled ? 0 : decay, isDecoupled ? 1 - rate * decay : 1,
      (1 - pow(beta2, Double(parameters.step))).squareRoot(), 1 - beta1, 1 - beta2,
    ]
    context.launch(
      .optimizer, "adamStep", items: vectors(count),
      numbers.map { .float(Float($0)) }
        + [
          .flag(gradientScale != nil), .optional(gradientScale, else: gradients),
          .output(weights), .input(gradients), .output(firstMoment), .output(secondMoment),
          .int(count),
        ])
  }
}
