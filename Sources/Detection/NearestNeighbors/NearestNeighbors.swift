import Autograd
import ComputeBackend
import Dispatch
import Synchronization

/// The k nearest other samples of every sample by Euclidean distance between features, exactly.
///
///     let neighbors = try NearestNeighbors(features)
///     let labels = try neighbors.map(k: 5) { sample, indices in … }
///
/// The device multiplies a block of rows by all features: xᵢ·xⱼ − ½‖xⱼ‖² is greatest where
/// ‖xᵢ − xⱼ‖² is least. The host selects from one block while the device computes the next. What
/// 32-bit floats cannot decide is decided in Double (see `NeighborSelection`), so that the result
/// is that of a search in Double on every device. Time grows with N²·d, memory with N·d: a block
/// has at most 64 MiB.
public struct NearestNeighbors: Sendable {
  /// Samples.
  public let count: Int
  private let backend: any ComputeBackend
  private let features: Tensor
  private let values: [Float]
  /// ‖x‖ of each sample, and the greatest one.
  private let norms: [Double]
  private let greatestNorm: Double

  private static let blockElements = 1 << 24

  /// - Parameter features: `[N, d]`, at least two samples.
  /// - Throws: `DetectionError` for features that are not finite, and what the device throws.
  public init(_ features: Tensor) throws {
    precondition(
      features.shape.count == 2 && features.shape[0] > 1 && features.shape[1] > 0,
      "NearestNeighbors: features \(features.shape)")
    let dimension = features.shape[1]
    self.features = features.detached()
    backend = features.backend
    count = features.shape[0]
    values = try features.values()
    norms = values.withUnsafeBufferPointer { values in
      (0..<values.count / dimension).map { sample in
        var sum = 0.0
        for index in sample * dimension..<(sample + 1) * dimension {
          sum += Double(values[index]) * Double(values[index])
        }
        return sum.squareRoot()
      }
    }
    // Above this, products might overflow.
    if let sample = norms.firstIndex(where: { !($0 < 1e18) }) {
      throw DetectionError.notANumber(sample: sample)
    }
    greatestNorm = norms.max() ?? 0
  }

  /// `transform` of every sample's number and its k nearest others, which come in no order.
  ///
  /// - Parameters:
  ///   - transform: is called on several threads.
  ///   - progress: is told how many samples are done; what it throws ends the work.
  /// - Throws: `DetectionError.neighbors` unless 0 < k < N.
  public func map<Value: Sendable>(
    k: Int, progress: (_ done: Int) throws -> Void = { _ in },
    _ transform: @Sendable (_ sample: Int, _ neighbors: [Int32]) -> Value
  ) throws -> [Value] {
    guard (1..<count).contains(k) else { throw DetectionError.neighbors(k: k, others: count - 1) }
    let scores = ScoreBlocks(
      features, offsets: norms.map { Float(-0.5 * $0 * $0) },
      rows: max(1, min(512, Self.blockElements / count)))
    var block = [Float](repeating: 0, count: scores.rows * count)
    var result: [Value] = []
    result.reserveCapacity(count)
    scores.encode(from: 0)
    while result.count < count {
      let samples = result.count..<min(result.count + scores.rows, count)
      try scores.download(samples.count, to: &block)
      if samples.upperBound < count { scores.encode(from: samples.upperBound) }
      result += select(samples, k: k, from: block, transform)
      try progress(samples.upperBound)
    }
    return result
  }

  /// The neighbours of a block of samples, by all of the processor's cores.
  private func select<Value: Sendable>(
    _ samples: Range<Int>, k: Int, from block: [Float],
    _ transform: @Sendable (_ sample: Int, _ neighbors: [Int32]) -> Value
  ) -> [Value] {
    // Few rows at a time, so that no core waits long for another at the end.
    let size = max(1, min(16, samples.count / 8))
    let parts = (samples.count + size - 1) / size
    let found = Mutex([[Value]](repeating: [], count: parts))
    values.withUnsafeBufferPointer { values in
      block.withUnsafeBufferPointer { block in
        nonisolated(unsafe) let (values, block) = (values, block)
        DispatchQueue.concurrentPerform(iterations: parts) { part in
          var selection = NeighborSelection(
            features: values, dimension: values.count / count, k: k)
          let rows = samples.lowerBound + part * size
          let values = (rows..<min(rows + size, samples.upperBound)).map { sample in
            let row = (sample - samples.lowerBound) * count
            selection.select(
              sample, scores: UnsafeBufferPointer(rebasing: block[row..<row + count]),
              errorBound: errorBound(sample))
            return transform(sample, selection.neighbors)
          }
          found.withLock { $0[part] = values }
        }
      }
    }
    return found.withLock { $0.flatMap { $0 } }
  }

  /// How far a row's scores may be from the true ones, whatever the order of summation.
  ///
  /// d products and d − 1 additions of them: γ·‖xᵢ‖·‖xⱼ‖ with γ = d·u/(1 − d·u), u = 2⁻²⁴; the
  /// offset and its addition add 2u; a few more u are for the comparisons with bounds that are
  /// floats themselves, and what is below normal numbers may be lost.
  private func errorBound(_ sample: Int) -> Float {
    let roundings = Double(values.count / count + 8)
    let unit = Double(Float.ulpOfOne) / 2
    let greatest = greatestNorm * (norms[sample] + 0.5 * greatestNorm)
    let lost = Double(Float.leastNormalMagnitude)
    return Float(1.01 * roundings * (unit * greatest + lost) / (1 - roundings * unit))
  }
}

/// Blocks of rows of the matrix xᵢ·xⱼ + offsetⱼ, one at a time on the device.
private struct ScoreBlocks {
  let rows: Int
  private let features: Tensor
  private let offsets: Tensor
  private let left: Tensor
  private let block: Tensor
  private var count: Int { features.shape[0] }
  private var dimension: Int { features.shape[1] }
  private var backend: any ComputeBackend { features.backend }

  init(_ features: Tensor, offsets: [Float], rows: Int) {
    self.rows = rows
    self.features = features
    self.offsets = Tensor(offsets, shape: [offsets.count], on: features.backend)
    left = .empty([features.shape[1], rows], on: features.backend)
    block = .empty([rows, features.shape[0]], on: features.backend)
  }

  /// Starts on the rows of samples from `start` on, as many as there are.
  func encode(from start: Int) {
    let m = min(rows, count - start)
    // Transposed: such products have 32-bit factors in every `Precision`.
    let left = left.slice.range(from: 0, count: dimension * m)
    backend.permute(
      features.rows(start..<start + m).slice, shape: [m, dimension], axes: [1, 0], into: left)
    backend.matrixProduct(
      MatrixProductShape(m: m, n: count, k: dimension, transposeA: true, transposeB: true), left,
      features.slice, epilogue: Epilogue(bias: offsets.slice),
      into: block.slice.range(from: 0, count: m * count))
  }

  /// Waits for the rows and copies them.
  func download(_ m: Int, to values: inout [Float]) throws {
    try values.withUnsafeMutableBufferPointer {
      try backend.download(
        block.slice.range(from: 0, count: m * count),
        to: UnsafeMutableBufferPointer(rebasing: $0[..<(m * count)]))
    }
  }
}
