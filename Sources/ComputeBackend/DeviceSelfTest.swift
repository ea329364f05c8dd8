/// Compares operations of a device with known answers, in a fraction of a second, so that a broken
/// driver, kernel or memory is found before a long run.
///
/// Products and convolutions are of small whole numbers, which every precision holds exactly and
/// whose sums `Float` does, in whatever order; other operations are compared with `Double`.
public struct DeviceSelfTest {
  private let backend: any ComputeBackend
  /// By how much an exact sum may be off where Winograd's algorithm transforms its factors.
  private var winogradTolerance: Double { backend.description.precision == .float32 ? 0.01 : 8 }

  /// - Throws: `BackendError.wrongResult` for the first operation whose numbers are wrong, or what
  ///   the device throws.
  public static func run(on backend: any ComputeBackend) throws {
    let test = DeviceSelfTest(backend: backend)
    try test.memory()
    try test.matrixProduct()
    try test.convolution()
    try test.softmax()
    try test.groupNorm()
    try test.random()
    backend.pool.trim()
    backend.pool.resetCounts()
  }

  /// Whole numbers from −limit to limit.
  private static func numbers(_ count: Int, limit: Int, stream: UInt32) -> [Float] {
    var generator = PhiloxGenerator(seed: 1, stream: stream, purpose: .selfTest)
    return (0..<count).map { _ in Float(Int.random(in: -limit...limit, using: &generator)) }
  }

  private func uploaded(_ values: [Float]) -> BufferSlice {
    let slice = backend.makeBuffer(count: values.count)[values.count]
    backend.upload(values, to: slice)
    return slice
  }

  private func check(
    _ operation: String, _ slice: BufferSlice, _ expected: [Double], within tolerance: Double = 0
  ) throws {
    try Self.check(
      try backend.downloadFloats(slice), expected, within: tolerance, operation: operation,
      device: backend.description.label)
  }

  /// Throws `BackendError.wrongResult` unless all numbers are as near; NaN is near to nothing.
  package static func check(
    _ found: [Float], _ expected: [Double], within tolerance: Double, operation: String,
    device: String
  ) throws {
    precondition(found.count == expected.count, "DeviceSelfTest: \(operation)")
    for (number, value) in zip(found, expected) where !(abs(Double(number) - value) <= tolerance) {
      throw BackendError.wrongResult(
        operation: operation, found: number, expected: Float(value), device: device)
    }
  }

  /// A MiB of different words there and back, by way of a copy and a transposition.
  private func memory() throws {
    let (rows, columns) = (256, 1024)
    // Exact, as below 2²⁴, and each another bit pattern.
    let values = (0..<rows * columns).map { Float($0 * 37 % 262_147) }
    let source = uploaded(values)
    let copy = backend.makeBuffer(count: values.count)[values.count]
    let turned = backend.makeBuffer(count: values.count)[values.count]
    backend.copy(source, into: copy)
    backend.permute(copy, shape: [rows, columns], axes: [1, 0], into: turned)
    try check("copy", copy, values.map(Double.init))
    try check(
      "permute", turned,
      (0..<values.count).map { Double(values[$0 % rows * columns + $0 / rows]) })
  }

  private func matrixProduct() throws {
    let (m, n, k) = (70, 50, 130)
    let a = Self.numbers(m * k, limit: 4, stream: 1)
    let b = Self.numbers(k * n, limit: 4, stream: 2)
    let result = backend.makeBuffer(count: m * n)[m * n]
    backend.matrixProduct(
      MatrixProductShape(m: m, n: n, k: k), uploaded(a), uploaded(b), epilogue: Epilogue(),
      into: result)
    var expected = [Double](repeating: 0, count: m * n)
    for row in 0..<m {
      for inner in 0..<k {
        let factor = Double(a[row * k + inner])
        for column in 0..<n { expected[row * n + column] += factor * Double(b[inner * n + column]) }
      }
    }
    try check("matrixProduct", result, expected)
  }

  /// A 3×3 convolution, and its gradients by the identity ⟨x ⋆ w, g⟩ = ⟨x, ∂x⟩ = ⟨w, ∂w⟩.
  private func convolution() throws {
    let geometry = Conv2DGeometry(
      batch: 2, inputHeight: 12, inputWidth: 12, inputChannels: 16, outputChannels: 16,
      kernelHeight: 3, kernelWidth: 3, padding: .symmetric(1))
    let x = Self.numbers(geometry.inputCount, limit: 2, stream: 3)
    let w = Self.numbers(geometry.weightCount, limit: 1, stream: 4)
    let g = Self.numbers(geometry.outputCount, limit: 1, stream: 5)
    let (input, weight, upstream) = (uploaded(x), uploaded(w), uploaded(g))
    let output = backend.makeBuffer(count: geometry.outputCount)[geometry.outputCount]
    backend.convolve(
      geometry, input: input, weight: weight, epilogue: Epilogue(), into: output)
    let expected = Self.convolve(x, w, geometry)
    try check("convolve", output, expected, within: winogradTolerance)
    let product = zip(expected, g).reduce(0) { $0 + $1.0 * Double($1.1) }
    let inputGradient = backend.makeBuffer(count: x.count)[x.count]
    backend.convolveInputGradient(
      geometry, outputGradient: upstream, weight: weight, into: inputGradient)
    try checkProduct("convolveInputGradient", inputGradient, x, product)
    let weightGradient = backend.makeBuffer(count: w.count)[w.count]
    backend.convolveWeightGradient(
      geometry, input: input, outputGradient: upstream, into: weightGradient)
    try checkProduct("convolveWeightGradient", weightGradient, w, product)
  }

  private func checkProduct(
    _ operation: String, _ gradient: BufferSlice, _ values: [Float], _ expected: Double
  ) throws {
    let found = zip(try backend.downloadFloats(gradient), values).reduce(0) {
      $0 + Double($1.0) * Double($1.1)
    }
    let tolerance = winogradTolerance * Double(values.count).squareRoot()
    guard abs(found - expected) <= tolerance else {
      throw BackendError.wrongResult(
        operation: operation, found: Float(found), expected: Float(expected),
        device: backend.description.label)
    }
  }

  /// The definition, for stride 1 and equal sizes.
  private static func convolve(
    _ x: [Float], _ w: [Float], _ geometry: Conv2DGeometry
  ) -> [Double] {
    let (height, width) = (geometry.inputHeight, geometry.inputWidth)
    let (inputs, outputs) = (geometry.inputChannels, geometry.outputChannels)
    var result = [Double](repeating: 0, count: geometry.outputCount)
    for place in 0..<geometry.batch * height * width {
      let (row, column) = (place / width % height, place % width)
      for tap in 0..<9 {
        let (down, right) = (tap / 3 - 1, tap % 3 - 1)
        guard (0..<height).contains(row + down), (0..<width).contains(column + right) else {
          continue
        }
        let source = (place + down * width + right) * inputs
        for output in 0..<outputs {
          let weights = (output * 9 + tap) * inputs
          for input in 0..<inputs {
            result[place * outputs + output] += Double(x[source + input] * w[weights + input])
          }
        }
      }
    }
    return result
  }

  private func softmax() throws {
    let (rows, columns) = (9, 100)
    let x = Self.numbers(rows * columns, limit: 6, stream: 6)
    let result = backend.makeBuffer(count: x.count)[x.count]
    backend.softmax(uploaded(x), rows: rows, columns: columns, into: result)
    let expected = (0..<rows).flatMap { row in
      let powers = x[row * columns..<(row + 1) * columns].map { Self.exponential(Double($0)) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
    try check("softmax", result, expected, within: 1e-6)
  }

  /// e to a whole number.
  private static func exponential(_ x: Double) -> Double {
    let e = 2.718_281_828_459_045
    return (0..<Int(abs(x))).reduce(1) { power, _ in x < 0 ? power / e : power * e }
  }

  private func groupNorm() throws {
    let shape = GroupNormShape(batch: 2, spatial: 49, channels: 32, groups: 8)
    let x = Self.numbers(shape.count, limit: 100, stream: 7)
    let gamma = Self.numbers(shape.channels, limit: 3, stream: 8)
    let beta = Self.numbers(shape.channels, limit: 3, stream: 9)
    let result = backend.makeBuffer(count: shape.count)[shape.count]
    let (mean, rstd) = (backend.makeBuffer(count: 16)[16], backend.makeBuffer(count: 16)[16])
    backend.groupNorm(
      shape, uploaded(x), gamma: uploaded(gamma), beta: uploaded(beta), epsilon: 1e-5,
      activation: .identity, into: result, mean: mean, rstd: rstd)
    var expected = [Double](repeating: 0, count: shape.count)
    let inGroup = shape.channels / shape.groups
    for sample in 0..<shape.batch {
      for group in 0..<shape.groups {
        let places = (0..<shape.spatial * inGroup).map {
          (sample * shape.spatial + $0 / inGroup) * shape.channels + group * inGroup + $0 % inGroup
        }
        let average = places.reduce(0) { $0 + Double(x[$1]) } / Double(places.count)
        let variance =
          places.reduce(0) { $0 + (Double(x[$1]) - average) * (Double(x[$1]) - average) }
          / Double(places.count)
        for place in places {
          let channel = place % shape.channels
          expected[place] =
            (Double(x[place]) - average) / (variance + 1e-5).squareRoot() * Double(gamma[channel])
            + Double(beta[channel])
        }
      }
    }
    try check("groupNorm", result, expected, within: 1e-4)
  }

  private func random() throws {
    let (rows, columns) = (3, 1000)
    let streams = backend.makeBuffer(count: rows)[rows]
    backend.upload((0..<rows).map { Int32($0) }, to: streams)
    let result = backend.makeBuffer(count: rows * columns)[rows * columns]
    let key = NoiseKey(seed: 1, purpose: .selfTest)
    for isNormal in [false, true] {
      let expected = (0..<rows).flatMap {
        Philox.row(key, stream: Int32($0), count: columns, normal: isNormal).map(Double.init)
      }
      if isNormal {
        backend.randomNormal(key, streams: streams, rows: rows, columns: columns, into: result)
        try check("randomNormal", result, expected, within: 1e-5)
      } else {
        backend.randomUniform(key, streams: streams, rows: rows, columns: columns, into: result)
        try check("randomUniform", result, expected)
      }
    }
  }
}
