import ComputeBackend
import ConvolutionAlgorithms
import OpenCLBackend
import Testing
import TestSupport

/// Every kernel at least once on small operands, in both styles: what `make oclgrind` simulates.
@Suite(.requiresOpenCL) struct EveryKernelTests {
  private static let convolutions = [
    "convolve 3×3, 16→16 padding 2", "convolve 3×3, 5→7 padded 2,0,1,3",
    "convolve 3×3, 33→17 on 1×1", "convolve 3×3, 12→18 in 2 groups",
    "convolve 2×2, 5→9 stride 3", "convolve 1×1, 16→24 stride 2", "convolve 1×1, 17→33",
    "convolve 1×1, 64→64",
    "convolve 3×1, 5→7", "convolve 1×1, 16→130 with epilogues, silu",
    "convolve in 2 groups with epilogues, relu",
  ]
  private static let others = [
    "permute [2, 3, 5] to [0, 2, 1]", "copyBlock of one column leaves the others",
    "gatherRows with repeats", "scatterAddRows with repeats", "gather with repeats",
    "unary exp", "unaryGradient tanh", "binary into b", "affineSum of 3 terms of 1000",
    "rowAffineSum of 2 terms of 3×17", "modulate silu 3×35×17 per sample",
    "reduce sum 3×17×33 keeping 0", "reduce sumOfSquares 3×17×33 keeping 2",
    "reduce maximum 2×64×3 keeping 4", "argmax 3×17", "softmax 5×17 of logits ±1.0",
    "softmaxCrossEntropy 33×17 of logits ±1.0", "attention 3×7×5, 2 heads of 3",
    "maxPool 7×5×1, kernel 2, stride 2, padding 0", "averagePool [1, 4, 4, 3] by 4 times 0.75",
    "upsampleNearest [1, 9, 6, 1] by 3 times 0.75", "groupNorm [2, 35, 12] in 3 groups, silu",
    "groupNorm [5, 1, 70] in 1 groups, silu", "batchNorm 5×5, silu", "randomNormal 5×17",
    "randomUniform 5×3", "sgdStep Nesterov of 1003 scaled", "adamStep with decay of 1",
    "diffusionStep 3×35×3, learned variance", "slopeProduct softplus 3×5×7",
    "slopeProduct relu 3×5×7", "penaltyDirections for relu 3×5×7",
    "criticFactors softplus 3×5×7", "criticFactors without a penalty, relu 3×5×7",
    "criticWeightGradients for relu 3×5×7",
  ]

  private func cases(_ names: [String]) throws -> [OperationCase] {
    try names.map { name in
      try #require(ConformanceTests.cases.first { $0.name == name }, "no case \(name)")
    }
  }

  @Test(arguments: KernelLayout.Style.allCases) func everyKernelConforms(
    _ style: KernelLayout.Style
  ) throws {
    var layout = try #require(
      KernelLayoutTable.entries.last { $0.layout.style == style }?.layout)
    // Small products are split as well.
    if style == .gpu { (layout.splitDepth, layout.groupsPerUnit) = (32, 1000) }
    var launched: Set<String> = []
    var all: Set<String> = []
    for algorithm in ConvolutionAlgorithm.allCases {
      let backend = try OpenCLBackend(
        style: style, layout: layout, convolutions: .always(algorithm))
      let names = Self.convolutions + (algorithm == .direct ? Self.others : [])
      for operation in try cases(names) {
        let expected = try ConformanceTests.reference(operation)
        for (output, reference) in zip(try operation.run(on: backend), expected) {
          expectClose(
            output.values, reference.values, reference.closeness,
            "\(operation.name), \(output.name)")
          #expect(!output.overran, "\(operation.name), \(output.name): outside the slice")
        }
      }
      let values = backend.makeBuffer(count: 100)[100]
      backend.fill(values, with: 1)
      backend.repeatMultiplyAdd(values, factor: 0.5, addend: 0.5, count: 3)
      #expect(try backend.downloadFloats(values) == [Float](repeating: 1, count: 100))
      launched.formUnion(backend.launchedKernels)
      all.formUnion(try backend.allKernels())
    }
    // A device has one of these two, by the width of its vectors.
    let peaks: Set = ["peak.multiplyAdd12", "peak.multiplyAdd6"]
    #expect(!launched.isDisjoint(with: peaks))
    // Products with slopes are the usual ones on a GPU.
    let others = all.filter { style == .cpu || !$0.hasPrefix("slopeProduct.") }
    #expect(others.subtracting(launched).subtracting(peaks).sorted() == [])
  }
}
