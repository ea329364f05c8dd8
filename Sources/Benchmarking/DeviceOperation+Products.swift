import ComputeBackend

extension DeviceOperation {
  /// One of a convolution's triad, without epilogue.
  public static func convolution(
    _ geometry: Conv2DGeometry, _ operation: ConvolutionOperation
  ) -> DeviceOperation {
    let g = geometry
    let (input, weight, output) = (g.inputCount, g.weightCount, g.outputCount)
    let shape =
      "\(g.kernelHeight)×\(g.kernelWidth)\(g.stride == 1 ? "" : " stride \(g.stride)") "
      + "\(g.inputChannels)→\(g.outputChannels), \(g.inputHeight)×\(g.inputWidth)"
    switch operation {
    case .forward:
      return DeviceOperation(
        "convolution \(shape)", .convolution, flops: g.flops, reads: [input, weight],
        writes: [output]
      ) { backend, reads, _, writes in
        backend.convolve(
          g, input: reads[0], weight: reads[1], epilogue: Epilogue(), into: writes[0])
      }
    case .inputGradient:
      return DeviceOperation(
        "input gradient \(shape)", .inputGradient, flops: g.flops, reads: [output, weight],
        writes: [input]
      ) { backend, reads, _, writes in
        backend.convolveInputGradient(
          g, outputGradient: reads[0], weight: reads[1], into: writes[0])
      }
    case .weightGradient:
      return DeviceOperation(
        "weight gradient \(shape)", .weightGradient, flops: g.flops, reads: [input, output],
        writes: [weight]
      ) { backend, reads, _, writes in
        backend.convolveWeightGradient(
          g, input: reads[0], outputGradient: reads[1], into: writes[0])
      }
    }
  }

  /// C = op(A)·op(B), without epilogue.
  public static func matrixProduct(_ shape: MatrixProductShape) -> DeviceOperation {
    let name =
      "matrix product \(shape.m)×\(shape.n)×\(shape.k)\(shape.transposeA ? " Aᵀ" : "")"
      + (shape.transposeB ? " Bᵀ" : "")
    return DeviceOperation(
      name, .matrixProduct, flops: shape.flops, reads: [shape.aCount, shape.bCount],
      writes: [shape.resultCount]
    ) { backend, reads, _, writes in
      backend.matrixProduct(shape, reads[0], reads[1], epilogue: Epilogue(), into: writes[0])
    }
  }

  /// Softmax attention; its scores are never in memory.
  public static func attention(_ shape: AttentionShape) -> DeviceOperation {
    DeviceOperation(
      "attention \(describe(shape))", .attention, flops: shape.flops,
      reads: [shape.queryCount, shape.keyCount, shape.keyCount],
      writes: [shape.queryCount, shape.logSumExpCount]
    ) { backend, reads, _, writes in
      backend.attention(
        shape, queries: reads[0], keys: reads[1], values: reads[2], into: writes[0],
        logSumExp: writes[1])
    }
  }

  /// Its gradient, with the scores computed again.
  public static func attentionGradient(_ shape: AttentionShape) -> DeviceOperation {
    let (query, key) = (shape.queryCount, shape.keyCount)
    return DeviceOperation(
      "attention gradient \(describe(shape))", .attention, flops: shape.gradientFlops,
      reads: [query, key, key, query, shape.logSumExpCount, query], writes: [query, key, key]
    ) { backend, reads, _, writes in
      backend.attentionGradient(
        shape, queries: reads[0], keys: reads[1], values: reads[2], output: reads[3],
        logSumExp: reads[4], upstream: reads[5], queriesGradient: writes[0],
        keysGradient: writes[1], valuesGradient: writes[2])
    }
  }

  private static func describe(_ shape: AttentionShape) -> String {
    "\(shape.queries)×\(shape.keys), \(shape.heads) head\(shape.heads == 1 ? "" : "s") of "
      + "\(shape.headSize)"
  }
}
