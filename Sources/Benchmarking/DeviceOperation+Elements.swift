import ComputeBackend

// Operations whose arithmetic is a few FLOP for each element; the terms are counted beside each.

extension DeviceOperation {
  /// x·sigmoid(x) as x / (1 + e⁻ˣ): exponential, addition, division.
  private static let siluFlops = 3
  /// s·(1 + x·(1 − s)), s = 1 / (1 + e⁻ˣ): three for s, and four.
  private static let siluSlopeFlops = 7

  /// SiLU of each element.
  public static func silu(_ count: Int) -> DeviceOperation {
    DeviceOperation(
      "SiLU of \(count)", .elementwise, flops: siluFlops * count, reads: [count], writes: [count]
    ) { backend, reads, _, writes in
      backend.unary(UnaryOperation(.silu), reads[0], into: writes[0])
    }
  }

  /// upstream · SiLU′ of each element.
  public static func siluGradient(_ count: Int) -> DeviceOperation {
    DeviceOperation(
      "SiLU gradient of \(count)", .elementwise, flops: (siluSlopeFlops + 1) * count,
      reads: [count, count], writes: [count]
    ) { backend, reads, _, writes in
      backend.unaryGradient(
        UnaryOperation(.silu), reads[0], upstream: reads[1], into: writes[0])
    }
  }

  /// x + y, such as a residual.
  public static func sum(_ count: Int) -> DeviceOperation {
    DeviceOperation(
      "sum of two of \(count)", .elementwise, flops: count, reads: [count, count],
      writes: [count]
    ) { backend, reads, _, writes in
      backend.binary(
        .add, reads[0], reads[1], shape: BlockShape(inner: count), axesOfB: .all, into: writes[0])
    }
  }

  /// A bias for each sample and channel, such as a time embedding.
  public static func addSampleBias(_ shape: BlockShape) -> DeviceOperation {
    let axes: BlockAxes = [.outer, .inner]
    return DeviceOperation(
      "sample bias to \(shape.count)", .elementwise, flops: shape.count,
      reads: [shape.count, shape.count(keeping: axes)], writes: [shape.count]
    ) { backend, reads, _, writes in
      backend.binary(
        .add, reads[0], reads[1], shape: shape, axesOfB: axes, into: writes[0])
    }
  }

  /// a·x + b·y: two multiplications and an addition.
  public static func affineSum(_ count: Int) -> DeviceOperation {
    DeviceOperation(
      "weighted sum of two of \(count)", .elementwise, flops: 3 * count, reads: [count, count],
      writes: [count]
    ) { backend, reads, _, writes in
      backend.affineSum([(0.8, reads[0]), (0.6, reads[1])], into: writes[0])
    }
  }

  /// Softmax of each row: greatest, difference, exponential, sum, quotient.
  public static func softmax(rows: Int, columns: Int) -> DeviceOperation {
    let count = rows * columns
    return DeviceOperation(
      "softmax of \(rows)×\(columns)", .reduction, flops: 5 * count, reads: [count],
      writes: [count]
    ) { backend, reads, _, writes in
      backend.softmax(reads[0], rows: rows, columns: columns, into: writes[0])
    }
  }

  /// y·(upstream − Σ upstream·y): two for the sum, difference, product.
  public static func softmaxGradient(rows: Int, columns: Int) -> DeviceOperation {
    let count = rows * columns
    return DeviceOperation(
      "softmax gradient of \(rows)×\(columns)", .reduction, flops: 4 * count,
      reads: [count, count], writes: [count]
    ) { backend, reads, _, writes in
      backend.softmaxGradient(
        reads[0], upstream: reads[1], rows: rows, columns: columns, into: writes[0])
    }
  }

  /// The sum over the axes not in `keeping`.
  public static func sum(_ shape: BlockShape, keeping axes: BlockAxes) -> DeviceOperation {
    reduction(.sum, "sum", shape, keeping: axes, flops: shape.count)
  }

  /// The sum of squares over the axes not in `keeping`.
  public static func sumOfSquares(
    _ shape: BlockShape, keeping axes: BlockAxes
  ) -> DeviceOperation {
    reduction(.sumOfSquares, "sum of squares", shape, keeping: axes, flops: 2 * shape.count)
  }

  private static func reduction(
    _ operation: ReductionOperation, _ name: String, _ shape: BlockShape,
    keeping axes: BlockAxes, flops: Int
  ) -> DeviceOperation {
    let results = shape.count(keeping: axes)
    return DeviceOperation(
      "\(name) of \(shape.count) to \(results)", .reduction, flops: flops, reads: [shape.count],
      writes: [results]
    ) { backend, reads, _, writes in
      backend.reduce(operation, reads[0], shape: shape, keeping: axes, scale: 1, into: writes[0])
    }
  }

  /// Group norm: mean (1), variance (3: difference, square, sum), x·scale + shift (2), activation.
  public static func groupNorm(_ shape: GroupNormShape, activation: Activation) -> DeviceOperation {
    let flops = 6 + (activation == .silu ? siluFlops : 0)
    let (channels, statistics) = (shape.channels, shape.statisticsCount)
    return DeviceOperation(
      "group norm\(describe(shape, activation))", .normalization, flops: flops * shape.count,
      reads: [shape.count, channels, channels], writes: [shape.count, statistics, statistics]
    ) { backend, reads, _, writes in
      backend.groupNorm(
        shape, reads[0], gamma: reads[1], beta: reads[2], epsilon: 1e-6, activation: activation,
        into: writes[0], mean: writes[1], rstd: writes[2])
    }
  }

  /// Its gradient: x̂ (2), γ's and β's gradients (3), the factor γ (1), two sums over the group
  /// (3), and rstd·(g − a − b·x̂) (4); with SiLU also y (2), its slope and the product with it (1).
  public static func groupNormGradient(
    _ shape: GroupNormShape, activation: Activation
  ) -> DeviceOperation {
    let flops = 13 + (activation == .silu ? 3 + siluSlopeFlops : 0)
    let (channels, statistics) = (shape.channels, shape.statisticsCount)
    return DeviceOperation(
      "group norm gradient\(describe(shape, activation))", .normalization,
      flops: flops * shape.count,
      reads: [shape.count, channels, channels, statistics, statistics, shape.count],
      writes: [shape.count, channels, channels]
    ) { backend, reads, _, writes in
      backend.groupNormGradient(
        shape, reads[0], gamma: reads[1], beta: reads[2], activation: activation, mean: reads[3],
        rstd: reads[4], upstream: reads[5], inputGradient: writes[0], gammaGradient: writes[1],
        betaGradient: writes[2])
    }
  }

  private static func describe(_ shape: GroupNormShape, _ activation: Activation) -> String {
    "\(activation == .silu ? " + SiLU" : "") of \(shape.spatial)×\(shape.channels)"
  }

  /// A reverse step: x̂₀ (3 and two limits), x′ (3), and σ·z (2) where noise is drawn.
  public static func diffusionStep(
    rows: Int, pixels: Int, channels: Int, draws: Bool
  ) -> DeviceOperation {
    let count = rows * pixels * channels
    let step = DiffusionStep(
      sampleToPrediction: 1.1, outputToPrediction: -0.4, clip: 1, predictionWeight: 0.3,
      sampleWeight: 0.7, noiseScale: draws ? 0.1 : 0)
    return DeviceOperation(
      "diffusion step of \(rows)×\(pixels)×\(channels)\(draws ? " with noise" : "")",
      .diffusionStep, flops: (draws ? 10 : 8) * count,
      reads: [count, count] + (draws ? [rows] : []), writes: [count]
    ) { backend, reads, _, writes in
      // Any four bytes name a stream.
      let noise = draws ? (NoiseKey(seed: 0, purpose: .benchmark), reads[2]) : nil
      backend.diffusionStep(
        step, sample: reads[0], output: reads[1], previousPrediction: nil, noise: noise,
        rows: rows, pixels: pixels, channels: channels, into: writes[0], prediction: nil)
    }
  }

  /// SGD with momentum: g + decay·p, momentum·v + g, p − rate·v, two each.
  public static func sgdStep(_ count: Int) -> DeviceOperation {
    let parameters = SGDParameters(learningRate: 1e-3, momentum: 0.9, weightDecay: 5e-4)
    return DeviceOperation(
      "SGD step of \(count)", .optimizerStep, flops: 6 * count, reads: [count],
      updates: [count, count]
    ) { backend, reads, updates, _ in
      backend.sgdStep(
        parameters, weights: updates[0], gradients: reads[0], velocity: updates[1],
        gradientScale: nil)
    }
  }

  /// Adam: m (3), v (4), p − rate·m / (√v / correction + ε) (6).
  public static func adamStep(_ count: Int) -> DeviceOperation {
    let parameters = AdamParameters(learningRate: 1e-3, step: 100)
    return DeviceOperation(
      "Adam step of \(count)", .optimizerStep, flops: 13 * count, reads: [count],
      updates: [count, count, count]
    ) { backend, reads, updates, _ in
      backend.adamStep(
        parameters, weights: updates[0], gradients: reads[0], firstMoment: updates[1],
        secondMoment: updates[2], gradientScale: nil)
    }
  }
}
