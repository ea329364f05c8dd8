import Autograd
import ComputeBackend
import Testing

/// A fused function and the composition of plain functions that it must equal.
struct FusedCase: Sendable, CustomTestStringConvertible {
  let fused: FunctionCase
  let composition: @Sendable ([Tensor]) -> Tensor

  var testDescription: String { fused.name }

  init(
    _ name: String, _ shapes: [[Int]], fused: @escaping @Sendable ([Tensor]) -> Tensor,
    composition: @escaping @Sendable ([Tensor]) -> Tensor
  ) {
    self.fused = FunctionCase(name, shapes, fused)
    self.composition = composition
  }
}

extension FusedCase {
  static let all = normalizations + others + convolutions

  static let normalizations: [FusedCase] = Activation.allCases.flatMap { activation in
    [
      FusedCase("groupNorm \(activation)", [[2, 2, 3, 4], [4], [4]]) {
        groupNorm(
          $0[0], gamma: $0[1], beta: $0[2], groups: 2, epsilon: 1e-3, activation: activation)
      } composition: {
        Composition.groupNorm(
          $0[0], gamma: $0[1], beta: $0[2], groups: 2, epsilon: 1e-3, activation: activation)
      },
      FusedCase("batchNorm \(activation)", [[2, 3, 1, 3], [3], [3]]) {
        batchNorm($0[0], gamma: $0[1], beta: $0[2], epsilon: 1e-3, activation: activation).output
      } composition: {
        Composition.batchNorm(
          $0[0], gamma: $0[1], beta: $0[2], epsilon: 1e-3, activation: activation)
      },
      FusedCase("modulate \(activation)", [[2, 3, 4], [4], [4]]) {
        modulate($0[0], scale: $0[1], shift: $0[2], activation: activation)
      } composition: {
        Composition.modulate(
          $0[0], scale: $0[1], shift: $0[2], perSample: false, activation: activation)
      },
      FusedCase("linear \(activation)", [[2, 2, 3], [4, 3], [4], [2, 2, 4]]) {
        linear(
          $0[0], weight: $0[1], bias: $0[2], residual: $0[3], activation: activation)
      } composition: {
        Composition.linear(
          $0[0], weight: $0[1], bias: $0[2], residual: $0[3], activation: activation)
      },
    ]
  }

  static let others: [FusedCase] = [
    FusedCase("groupNorm of one channel a group", [[2, 5, 3], [3], [3]]) {
      groupNorm($0[0], gamma: $0[1], beta: $0[2], groups: 3, epsilon: 1e-5)
    } composition: {
      Composition.groupNorm(
        $0[0], gamma: $0[1], beta: $0[2], groups: 3, epsilon: 1e-5, activation: .identity)
    },
    FusedCase("modulate per sample", [[2, 3, 4], [2, 4], [2, 4]]) {
      modulate($0[0], scale: $0[1], shift: $0[2], perSample: true, activation: .silu)
    } composition: {
      Composition.modulate(
        $0[0], scale: $0[1], shift: $0[2], perSample: true, activation: .silu)
    },
    FusedCase("softmax", [[3, 5]]) {
      softmax($0[0])
    } composition: {
      Composition.softmax($0[0])
    },
    FusedCase("softmaxCrossEntropy", [[3, 5]]) {
      softmaxCrossEntropy(
        $0[0], labels: IndexTensor([4, 0, 2], shape: [3], on: $0[0].backend))
    } composition: {
      Composition.softmaxCrossEntropy(
        $0[0], labels: IndexTensor([4, 0, 2], shape: [3], on: $0[0].backend))
    },
    FusedCase("attention", [[2, 3, 4], [2, 5, 4], [2, 5, 4]]) {
      attention(queries: $0[0], keys: $0[1], values: $0[2], heads: 2, scale: 0.75)
    } composition: {
      Composition.attention(queries: $0[0], keys: $0[1], values: $0[2], heads: 2, scale: 0.75)
    },
    FusedCase("attention of itself", [[1, 3, 4]]) {
      attention(queries: $0[0], keys: $0[0], values: $0[0], heads: 1, scale: 0.5)
    } composition: {
      Composition.attention(queries: $0[0], keys: $0[0], values: $0[0], heads: 1, scale: 0.5)
    },
  ]

  /// Sizes where (H + padding − k) is no multiple of the stride leave input pixels unused.
  static let convolutions: [FusedCase] = [
    convolution("3×3", height: 4, width: 5, kernel: (3, 3), padding: .symmetric(1)),
    convolution("stride 2, no padding", height: 6, width: 5, kernel: (3, 3), stride: 2),
    convolution("stride 2, even kernel", height: 5, width: 7, kernel: (2, 2), stride: 2),
    convolution("stride 3, unused edge", height: 6, width: 8, kernel: (1, 2), stride: 3),
    convolution("1×1 stride 2", height: 4, width: 4, kernel: (1, 1), stride: 2),
    convolution(
      "asymmetric padding", height: 4, width: 4, kernel: (3, 3), stride: 2,
      padding: .init(top: 0, bottom: 1, left: 0, right: 1)),
    convolution(
      "groups", height: 4, width: 3, kernel: (3, 3), padding: .symmetric(1), groups: 2,
      activation: .relu),
    convolution("SiLU", height: 3, width: 3, kernel: (3, 3), activation: .silu),
    convolution(
      "ReLU", height: 5, width: 4, kernel: (3, 2), stride: 2, activation: .relu),
  ]

  private static func convolution(
    _ name: String, height: Int, width: Int, kernel: (Int, Int), stride: Int = 1,
    padding: Conv2DGeometry.Padding = .symmetric(0), groups: Int = 1,
    activation: Activation = .identity
  ) -> FusedCase {
    let geometry = Conv2DGeometry(
      batch: 2, inputHeight: height, inputWidth: width, inputChannels: 2, outputChannels: 4,
      kernelHeight: kernel.0, kernelWidth: kernel.1, stride: stride, padding: padding,
      groups: groups)
    return FusedCase(
      "convolve \(name)",
      [
        [2, height, width, 2], [4, kernel.0, kernel.1, 2 / groups], [4], [2, 4],
        [2, geometry.outputHeight, geometry.outputWidth, 4],
      ]
    ) {
      convolve(
        $0[0], weight: $0[1], bias: $0[2], sampleBias: $0[3], residual: $0[4], stride: stride,
        padding: padding, groups: groups, activation: activation)
    } composition: {
      Composition.convolve(
        $0[0], weight: $0[1], bias: $0[2], sampleBias: $0[3], residual: $0[4], stride: stride,
        padding: padding, groups: groups, activation: activation)
    }
  }
}
