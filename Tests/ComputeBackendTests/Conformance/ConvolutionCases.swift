import ComputeBackend
import TestSupport

let convolutionCases: [OperationCase] =
  geometries.map { name, geometry in
    OperationCase("convolve " + name) { $0.convolutionTriad(geometry) }
  } + convolutionEpilogueCases + rewrittenWeightCases

/// Every tile path and its tail: channel counts around the sizes of registers, odd images.
private let geometries: [(String, Conv2DGeometry)] = [
  ("3×3 of 1 channel", geometry(1, 5, 7, 1, 1, kernel: 3, padding: 1)),
  ("3×3, 3→17", geometry(3, 11, 13, 3, 17, kernel: 3, padding: 1)),
  ("3×3, 17→33 stride 2", geometry(1, 13, 11, 17, 33, kernel: 3, stride: 2, padding: 1)),
  ("3×3, 33→130 stride 2 no padding", geometry(1, 11, 9, 33, 130, kernel: 3, stride: 2)),
  ("3×3, 64→96 no padding", geometry(1, 17, 19, 64, 96, kernel: 3)),
  ("3×3, 64→96", geometry(1, 17, 19, 64, 96, kernel: 3, padding: 1)),
  ("3×3, 32→32 even", geometry(3, 16, 16, 32, 32, kernel: 3, padding: 1)),
  ("3×3, 128→64 on 4×4", geometry(3, 4, 4, 128, 64, kernel: 3, padding: 1)),
  ("3×3, 130→3", geometry(1, 9, 7, 130, 3, kernel: 3, padding: 1)),
  ("3×3, 3→32 on 32×32", geometry(1, 32, 32, 3, 32, kernel: 3, padding: 1)),
  (
    "3×3, 16→24 padded 0,1,0,1 stride 2",
    geometry(
      3, 8, 8, 16, 24, kernel: 3, stride: 2, sides: .init(top: 0, bottom: 1, left: 0, right: 1))
  ),
  (
    "3×3, 5→7 padded 2,0,1,3",
    geometry(1, 7, 5, 5, 7, kernel: 3, sides: .init(top: 2, bottom: 0, left: 1, right: 3))
  ),
  ("3×3, 16→16 padding 2", geometry(1, 7, 5, 16, 16, kernel: 3, padding: 2)),
  ("3×3, 33→17 on 1×1", geometry(3, 1, 1, 33, 17, kernel: 3, padding: 1)),
  ("1×1, 17→33", geometry(3, 7, 5, 17, 33, kernel: 1)),
  ("1×1, 64→64", geometry(1, 16, 16, 64, 64, kernel: 1)),
  ("1×1, 16→24 stride 2", geometry(3, 7, 5, 16, 24, kernel: 1, stride: 2)),
  ("1×1, 1→130", geometry(1, 13, 1, 1, 130, kernel: 1)),
  ("1×1, 8→8 padding 1", geometry(1, 3, 4, 8, 8, kernel: 1, padding: 1)),
  ("7×7, 3→17 stride 2", geometry(1, 23, 19, 3, 17, kernel: 7, stride: 2, padding: 3)),
  ("5×5, 2→3", geometry(1, 9, 11, 2, 3, kernel: 5, padding: 2)),
  ("4×4, 17→16 stride 2", geometry(3, 10, 8, 17, 16, kernel: 4, stride: 2, padding: 1)),
  ("4×4, 17→5 on 4×4 no padding", geometry(3, 4, 4, 17, 5, kernel: 4)),
  ("2×2, 5→9 stride 3", geometry(1, 10, 13, 5, 9, kernel: 2, stride: 3)),
  ("2×2, 6→6 stride 2 with a rest", geometry(1, 7, 9, 6, 6, kernel: 2, stride: 2)),
  (
    "1×3, 5→7",
    geometry(
      1, 6, 9, 5, 7, kernel: 1, columns: 3, sides: .init(top: 0, bottom: 0, left: 1, right: 1))
  ),
  (
    "3×1, 5→7",
    geometry(
      1, 6, 9, 5, 7, kernel: 3, columns: 1, sides: .init(top: 1, bottom: 1, left: 0, right: 0))
  ),
  ("3×3, 12→18 in 2 groups", geometry(3, 7, 5, 12, 18, kernel: 3, padding: 1, groups: 2)),
  (
    "3×3, 34→66 in 2 groups stride 2",
    geometry(1, 9, 8, 34, 66, kernel: 3, stride: 2, padding: 1, groups: 2)
  ),
  ("1×1, 15→9 in 3 groups", geometry(1, 5, 5, 15, 9, kernel: 1, groups: 3)),
  ("3×3, 17 depthwise", geometry(3, 7, 5, 17, 17, kernel: 3, padding: 1, groups: 17)),
  (
    "3×3, 64 depthwise stride 2",
    geometry(1, 9, 9, 64, 64, kernel: 3, stride: 2, padding: 1, groups: 64)
  ),
  ("3×3, 8→16 depthwise", geometry(1, 8, 6, 8, 16, kernel: 3, groups: 8)),
]

private func geometry(
  _ batch: Int, _ height: Int, _ width: Int, _ inputs: Int, _ outputs: Int, kernel: Int,
  columns: Int? = nil, stride: Int = 1, padding: Int = 0, sides: Conv2DGeometry.Padding? = nil,
  groups: Int = 1
) -> Conv2DGeometry {
  Conv2DGeometry(
    batch: batch, inputHeight: height, inputWidth: width, inputChannels: inputs,
    outputChannels: outputs, kernelHeight: kernel, kernelWidth: columns ?? kernel, stride: stride,
    padding: sides ?? .symmetric(padding), groups: groups)
}

extension Conv2DGeometry {
  /// Products in one output element.
  fileprivate var depth: Int { kernelHeight * kernelWidth * inputChannels / groups }
  /// Products in one element of the input's gradient, at most.
  fileprivate var inputGradientDepth: Int { kernelHeight * kernelWidth * outputChannels / groups }
  /// Products in one element of the weight's gradient, at most.
  fileprivate var weightGradientDepth: Int { batch * outputHeight * outputWidth }
}

extension CaseRun {
  fileprivate func convolutionTriad(_ geometry: Conv2DGeometry) {
    let x = normal(geometry.inputCount)
    let w = normal(geometry.weightCount)
    let g = normal(geometry.outputCount)
    backend.convolve(
      geometry, input: x, weight: w, epilogue: Epilogue(),
      into: output("y", geometry.outputCount, .products(geometry.depth)))
    backend.convolveInputGradient(
      geometry, outputGradient: g, weight: w,
      into: output("dx", geometry.inputCount, .products(geometry.inputGradientDepth)))
    backend.convolveWeightGradient(
      geometry, input: x, outputGradient: g,
      into: output("dw", geometry.weightCount, .products(geometry.weightGradientDepth)))
  }

  fileprivate func convolution(
    _ geometry: Conv2DGeometry, weight: BufferSlice, input: BufferSlice, name: String
  ) {
    backend.convolve(
      geometry, input: input, weight: weight, epilogue: Epilogue(),
      into: output("\(name) y", geometry.outputCount, .products(geometry.depth)))
    backend.convolveInputGradient(
      geometry, outputGradient: normal(geometry.outputCount), weight: weight,
      into: output(
        "\(name) dx", geometry.inputCount, .products(geometry.inputGradientDepth)))
  }
}

// MARK: Epilogues

private let convolutionEpilogueCases: [OperationCase] = Activation.allCases.flatMap { activation in
  [
    ("3×3, 17→33", geometry(3, 7, 5, 17, 33, kernel: 3, padding: 1)),
    ("3×3, 32→64 on 8×8", geometry(3, 8, 8, 32, 64, kernel: 3, padding: 1)),
    ("3×3, 3→16 stride 2", geometry(3, 9, 9, 3, 16, kernel: 3, stride: 2, padding: 1)),
    ("1×1, 16→130", geometry(3, 3, 5, 16, 130, kernel: 1)),
    ("in 2 groups", geometry(3, 5, 7, 6, 10, kernel: 3, padding: 1, groups: 2)),
    ("depthwise", geometry(3, 5, 7, 17, 17, kernel: 3, padding: 1, groups: 17)),
  ].map { name, geometry in
    OperationCase("convolve \(name) with epilogues, \(activation)") { run in
      let x = run.normal(geometry.inputCount)
      let w = run.normal(geometry.weightCount)
      let bias = run.normal(geometry.outputChannels)
      let sampleBias = run.normal(geometry.batch * geometry.outputChannels)
      let residual = run.normal(geometry.outputCount)
      let epilogues: [(String, Epilogue)] = [
        ("activation", Epilogue(activation: activation)),
        ("bias", Epilogue(bias: bias, activation: activation)),
        ("sample bias", Epilogue(sampleBias: sampleBias, activation: activation)),
        ("residual", Epilogue(residual: residual, activation: activation)),
        (
          "all",
          Epilogue(bias: bias, sampleBias: sampleBias, residual: residual, activation: activation)
        ),
      ]
      for (name, epilogue) in epilogues {
        run.backend.convolve(
          geometry, input: x, weight: w, epilogue: epilogue,
          into: run.output(name, geometry.outputCount, closeness(activation, geometry.depth)))
      }
    }
  }
}

/// Where the activation hides how large the sums were, the error still scales with their deviation.
private func closeness(_ activation: Activation, _ depth: Int) -> Closeness {
  guard activation == .tanh || activation == .sigmoid else { return .products(depth) }
  let deviation = Double(depth).squareRoot()
  return .absolute(5e-7 * (3 + deviation) * deviation)
}

// MARK: Weights that change

/// What a backend derives from weights (packed or transformed copies) must not outlive them.
private let rewrittenWeightCases: [OperationCase] = [
  rewriting("upload") { run, w in
    run.backend.upload((0..<w.count).map { Float($0 % 5) - 2 }, to: w)
  },
  rewriting("fill") { run, w in run.backend.fill(w, with: 0.25) },
  rewriting("copy") { run, w in run.backend.copy(run.normal(w.count), into: w) },
  rewriting("unary") { run, w in run.backend.unary(.affine(scale: -2), w, into: w) },
  rewriting("affineSum") { run, w in
    run.backend.affineSum([(0.5, w), (1, run.normal(w.count))], into: w)
  },
  rewriting("sgdStep") { run, w in
    run.backend.sgdStep(
      SGDParameters(learningRate: 0.5, momentum: 0.9, weightDecay: 0), weights: w,
      gradients: run.normal(w.count), velocity: run.normal(w.count), gradientScale: nil)
  },
  rewriting("adamStep") { run, w in
    run.backend.adamStep(
      AdamParameters(learningRate: 0.5, step: 3), weights: w, gradients: run.normal(w.count),
      firstMoment: run.normal(w.count), secondMoment: run.uniform(w.count), gradientScale: nil)
  },
]

private func rewriting(
  _ writer: String, _ rewrite: @escaping @Sendable (CaseRun, BufferSlice) -> Void
) -> OperationCase {
  OperationCase("convolve with weights rewritten by \(writer)") { run in
    let geometry = geometry(1, 8, 8, 16, 32, kernel: 3, padding: 1)
    let input = run.normal(geometry.inputCount)
    // Two weights in one buffer, as in a parameter arena.
    let arena = run.normal(2 * geometry.weightCount + 3)
    let first = arena.range(from: 0, count: geometry.weightCount)
    let second = arena.range(from: geometry.weightCount + 3, count: geometry.weightCount)
    run.convolution(geometry, weight: first, input: input, name: "first")
    run.convolution(geometry, weight: second, input: input, name: "second")
    rewrite(run, first)
    run.convolution(geometry, weight: first, input: input, name: "first rewritten")
    run.convolution(geometry, weight: second, input: input, name: "second again")
  }
}
