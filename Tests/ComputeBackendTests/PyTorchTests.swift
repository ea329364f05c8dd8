import Checkpoints
import ComputeBackend
import Testing
import TestSupport

/// Forward and backward of the operations against PyTorch's, stored in `ops.safetensors`.
///
/// The reference takes part: this is what shows that it is right.
@Suite(.serialized, .requiresFixtures) struct PyTorchTests {
  /// PyTorch computed in Float as well, so both round.
  private let closeness = Closeness.relative(3e-6)

  @Test(arguments: 0..<7, comparedDevices)
  func convolution(_ index: Int, _ device: TestDevice) throws {
    let fixture = try OperationFixture("conv\(index)", on: device)
    let (x, w) = (try fixture.shape("x"), try fixture.shape("w"))
    let geometry = Conv2DGeometry(
      batch: x[0], inputHeight: x[2], inputWidth: x[3], inputChannels: x[1], outputChannels: w[0],
      kernelHeight: w[2], kernelWidth: w[3], stride: try fixture.integer("stride"),
      padding: .symmetric(try fixture.integer("pad")))
    let (input, weight, upstream) = (
      try fixture.images("x"), try fixture.images("w"), try fixture.images("dy")
    )
    let backend = device.backend
    let bias = fixture.contains("b") ? try fixture.values("b") : nil
    let y = fixture.output(geometry.outputCount)
    backend.convolve(
      geometry, input: input, weight: weight, epilogue: Epilogue(bias: bias), into: y)
    let dx = fixture.output(geometry.inputCount)
    backend.convolveInputGradient(geometry, outputGradient: upstream, weight: weight, into: dx)
    let dw = fixture.output(geometry.weightCount)
    backend.convolveWeightGradient(geometry, input: input, outputGradient: upstream, into: dw)
    try fixture.expectImages(y, "y", closeness)
    try fixture.expectImages(dx, "dx", closeness)
    try fixture.expectImages(dw, "dw", closeness)
    if bias != nil {
      let db = fixture.output(geometry.outputChannels)
      backend.reduce(
        .sum, upstream,
        shape: BlockShape(outer: upstream.count / db.count, inner: db.count), keeping: .inner,
        scale: 1, into: db)
      try fixture.expectValues(db, "db", closeness)
    }
  }

  @Test(arguments: 0..<3, [Activation.identity, .silu])
  func groupNorm(_ index: Int, _ activation: Activation) throws {
    for device in comparedDevices {
      let fixture = try OperationFixture("gnsilu\(index)", on: device)
      let x = try fixture.shape("x")
      let shape = GroupNormShape(
        batch: x[0], spatial: x[2] * x[3], channels: x[1], groups: try fixture.integer("groups"))
      let (input, gamma, beta) = (
        try fixture.images("x"), try fixture.values("w"), try fixture.values("b")
      )
      let y = fixture.output(shape.count)
      let (mean, rstd) = (
        fixture.output(shape.statisticsCount), fixture.output(shape.statisticsCount)
      )
      device.backend.groupNorm(
        shape, input, gamma: gamma, beta: beta, epsilon: try fixture.number("eps"),
        activation: activation, into: y, mean: mean, rstd: rstd)
      try fixture.expectImages(y, activation == .silu ? "y" : "gn", closeness)
      if activation == .identity { continue }
      let dx = fixture.output(shape.count)
      let (dGamma, dBeta) = (fixture.output(shape.channels), fixture.output(shape.channels))
      device.backend.groupNormGradient(
        shape, input, gamma: gamma, beta: beta, activation: activation, mean: mean, rstd: rstd,
        upstream: try fixture.images("dy"), inputGradient: dx, gammaGradient: dGamma,
        betaGradient: dBeta)
      try fixture.expectImages(dx, "dx", closeness)
      try fixture.expectValues(dGamma, "dw", closeness)
      try fixture.expectValues(dBeta, "db", closeness)
    }
  }

  @Test(arguments: 0..<2, comparedDevices)
  func attention(_ index: Int, _ device: TestDevice) throws {
    let fixture = try OperationFixture("attn\(index)", on: device)
    // [B, heads, N, D] to [B, N, heads·D].
    let q = try fixture.shape("q")
    let shape = AttentionShape(
      batch: q[0], queries: q[2], keys: q[2], heads: q[1], headSize: q[3],
      scale: try fixture.number("scale"))
    func split(_ name: String) throws -> BufferSlice {
      let joined = fixture.output(shape.queryCount)
      device.backend.permute(
        try fixture.values(name), shape: q, axes: [0, 2, 1, 3], into: joined)
      return joined
    }
    let (queries, keys, values) = (try split("q"), try split("k"), try split("v"))
    let outputs = (0..<4).map { _ in fixture.output(shape.queryCount) }
    let logSumExp = fixture.output(shape.logSumExpCount)
    device.backend.attention(
      shape, queries: queries, keys: keys, values: values, into: outputs[0], logSumExp: logSumExp)
    device.backend.attentionGradient(
      shape, queries: queries, keys: keys, values: values, output: outputs[0],
      logSumExp: logSumExp, upstream: try split("dy"), queriesGradient: outputs[1],
      keysGradient: outputs[2], valuesGradient: outputs[3])
    for (output, name) in zip(outputs, ["y", "dq", "dk", "dv"]) {
      let heads = fixture.output(shape.queryCount)
      device.backend.permute(
        output, shape: [q[0], q[2], q[1], q[3]], axes: [0, 2, 1, 3], into: heads)
      try fixture.expectValues(heads, name, closeness)
    }
  }

  @Test(arguments: comparedDevices)
  func linear(_ device: TestDevice) throws {
    let fixture = try OperationFixture("linear0", on: device)
    let (rows, inputs) = (try fixture.shape("x")[0], try fixture.shape("x")[1])
    let outputs = try fixture.shape("w")[0]
    let (x, w, upstream) = (
      try fixture.values("x"), try fixture.values("w"), try fixture.values("dy")
    )
    let y = fixture.output(rows * outputs)
    device.backend.matrixProduct(
      MatrixProductShape(m: rows, n: outputs, k: inputs, transposeB: true), x, w,
      epilogue: Epilogue(bias: try fixture.values("b")), into: y)
    let dx = fixture.output(rows * inputs)
    device.backend.matrixProduct(
      MatrixProductShape(m: rows, n: inputs, k: outputs), upstream, w, epilogue: Epilogue(),
      into: dx)
    let dw = fixture.output(outputs * inputs)
    device.backend.matrixProduct(
      MatrixProductShape(m: outputs, n: inputs, k: rows, transposeA: true), upstream, x,
      epilogue: Epilogue(), into: dw)
    try fixture.expectValues(y, "y", closeness)
    try fixture.expectValues(dx, "dx", closeness)
    try fixture.expectValues(dw, "dw", closeness)
  }

  @Test(arguments: comparedDevices)
  func batchNorm(_ device: TestDevice) throws {
    let fixture = try OperationFixture("bn0", on: device)
    let shape = try fixture.shape("x")
    let (rows, channels) = (shape[0] * shape[2] * shape[3], shape[1])
    let (x, gamma, beta) = (
      try fixture.images("x"), try fixture.values("w"), try fixture.values("b")
    )
    let epsilon = try fixture.number("eps")
    let (y, dx) = (fixture.output(rows * channels), fixture.output(rows * channels))
    let statistics = (0..<4).map { _ in fixture.output(channels) }
    device.backend.batchNorm(
      rows: rows, channels: channels, x, gamma: gamma, beta: beta, epsilon: epsilon,
      activation: .identity, into: y, mean: statistics[0], variance: statistics[1])
    device.backend.batchNormGradient(
      rows: rows, channels: channels, x, gamma: gamma, beta: beta, epsilon: epsilon,
      activation: .identity, mean: statistics[0], variance: statistics[1],
      upstream: try fixture.images("dy"), inputGradient: dx, gammaGradient: statistics[2],
      betaGradient: statistics[3])
    try fixture.expectImages(y, "y", closeness)
    try fixture.expectImages(dx, "dx", closeness)
    try fixture.expectValues(statistics[2], "dw", closeness)
    try fixture.expectValues(statistics[3], "db", closeness)
    // PyTorch's running variance starts at 1 and takes 0.1 of the unbiased one.
    let mean = try device.backend.downloadFloats(statistics[0])
    let variance = try device.backend.downloadFloats(statistics[1])
    let unbiased = Float(rows) / Float(rows - 1)
    expectClose(
      mean.map { 0.1 * $0 }, try fixture.numbers("running_mean"), closeness, "running mean")
    expectClose(
      variance.map { 0.9 + 0.1 * $0 * unbiased }, try fixture.numbers("running_var"), closeness,
      "running variance")
  }

  @Test(arguments: comparedDevices)
  func maxPool(_ device: TestDevice) throws {
    let fixture = try OperationFixture("maxpool0", on: device)
    let shape = try fixture.shape("x")
    let geometry = Pool2DGeometry(
      batch: shape[0], inputHeight: shape[2], inputWidth: shape[3], channels: shape[1],
      kernel: try fixture.integer("kernel"), stride: try fixture.integer("stride"),
      padding: try fixture.integer("pad"))
    let (y, indices) = (fixture.output(geometry.outputCount), fixture.output(geometry.outputCount))
    device.backend.maxPool(geometry, try fixture.images("x"), into: y, indices: indices)
    let dx = fixture.output(geometry.inputCount)
    device.backend.scatterAdd(try fixture.images("dy"), indices: indices, into: dx)
    try fixture.expectImages(y, "y", .exact)
    try fixture.expectImages(dx, "dx", closeness)
  }

  @Test(arguments: comparedDevices)
  func nearestUpsampling(_ device: TestDevice) throws {
    let fixture = try OperationFixture("resize_nearest_16", on: device)
    let y = fixture.output(3 * 16 * 16)
    device.backend.upsampleNearest(
      try fixture.images("x"), shape: [1, 8, 8, 3], factor: 2, scale: 1, into: y)
    try fixture.expectImages(y, "y", .exact)
  }

  /// PyTorch's loss is the mean over the samples.
  @Test(arguments: comparedDevices)
  func crossEntropy(_ device: TestDevice) throws {
    let fixture = try OperationFixture("ce0", on: device)
    let (rows, columns) = (try fixture.shape("logits")[0], try fixture.shape("logits")[1])
    let logits = try fixture.values("logits")
    let labels = fixture.output(rows)
    device.backend.upload(try fixture.numbers("labels").map { Int32($0) }, to: labels)
    let (losses, mean, upstream) = (fixture.output(rows), fixture.output(1), fixture.output(rows))
    device.backend.softmaxCrossEntropy(
      logits, labels: labels, rows: rows, columns: columns, losses: losses)
    device.backend.reduce(
      .sum, losses, shape: BlockShape(inner: rows), keeping: [], scale: 1 / Float(rows),
      into: mean)
    device.backend.fill(upstream, with: 1 / Float(rows))
    let gradient = fixture.output(rows * columns)
    device.backend.softmaxCrossEntropyGradient(
      logits, labels: labels, upstream: upstream, rows: rows, columns: columns, into: gradient)
    try fixture.expectValues(mean, "loss", closeness)
    try fixture.expectValues(gradient, "dlogits", closeness)
  }
}
