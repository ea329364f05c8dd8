import Datasets

/// Structural similarity of 8-bit images `[H, W, C]` with a uniform window.
///
/// Source: Wang et al. 2004. K₁ = 0.01, K₂ = 0.03, range 255, sample covariance; windows that leave
/// the image are not counted. Sums over windows are whole numbers, so their order does not change
/// the result.
package struct StructuralSimilarity: Hashable, Sendable {
  package enum Window: Hashable, Sendable {
    /// `side`×`side` within each channel, averaged over channels.
    case planar(side: Int)
    /// 3×3×3 over rows, columns and channels as one volume (official code); needs 3 channels.
    case volume
  }

  package var window: Window

  package init(window: Window = .planar(side: 3)) {
    self.window = window
  }

  /// Similarity in [−1, 1]; 1 for equal images.
  package func callAsFunction(
    _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, shape: ImageShape
  ) -> Double {
    precondition(
      a.count == shape.byteCount && b.count == shape.byteCount,
      "StructuralSimilarity: \(a.count) and \(b.count) bytes for images of \(shape)")
    let side: Int
    let depth: Int
    switch window {
    case .planar(let planarSide): (side, depth) = (planarSide, 1)
    // An image with fewer channels has no 3×3×3 window.
    case .volume: (side, depth) = (3, shape.channels >= 3 ? 3 : 1)
    }
    precondition(
      side > 1 && shape.height >= side && shape.width >= side,
      "StructuralSimilarity: a window of \(side) on an image of \(shape)")
    return a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        Self.mean(a, b, shape: shape, side: side, depth: depth)
      }
    }
  }

  private static func mean(
    _ a: UnsafeBufferPointer<UInt8>, _ b: UnsafeBufferPointer<UInt8>, shape: ImageShape,
    side: Int, depth: Int
  ) -> Double {
    let pitch = shape.width * shape.channels
    var columns = [Moments](repeating: Moments(), count: pitch)
    var sum = 0.0
    var windows = 0
    for row in 0..<shape.height {
      for i in 0..<pitch {
        columns[i].add(a[row * pitch + i], b[row * pitch + i])
        if row >= side {
          columns[i].remove(a[(row - side) * pitch + i], b[(row - side) * pitch + i])
        }
      }
      guard row >= side - 1 else { continue }
      for channel in 0...(shape.channels - depth) {
        // One window sliding along the row.
        var moments = Moments()
        for x in 0..<shape.width {
          for d in 0..<depth {
            moments.add(columns[x * shape.channels + channel + d])
            if x >= side { moments.remove(columns[(x - side) * shape.channels + channel + d]) }
          }
          guard x >= side - 1 else { continue }
          sum += moments.similarity(count: side * side * depth)
          windows += 1
        }
      }
    }
    return sum / Double(windows)
  }

  /// Σa, Σb, Σ(a² + b²) and Σab over a window.
  private struct Moments {
    var a: Int32 = 0
    var b: Int32 = 0
    var squares: Int32 = 0
    var product: Int32 = 0

    mutating func add(_ x: UInt8, _ y: UInt8) {
      let (x, y) = (Int32(x), Int32(y))
      a &+= x
      b &+= y
      squares &+= x &* x &+ y &* y
      product &+= x &* y
    }

    mutating func remove(_ x: UInt8, _ y: UInt8) {
      let (x, y) = (Int32(x), Int32(y))
      a &-= x
      b &-= y
      squares &-= x &* x &+ y &* y
      product &-= x &* y
    }

    mutating func add(_ other: Moments) {
      a &+= other.a
      b &+= other.b
      squares &+= other.squares
      product &+= other.product
    }

    mutating func remove(_ other: Moments) {
      a &-= other.a
      b &-= other.b
      squares &-= other.squares
      product &-= other.product
    }

    func similarity(count: Int) -> Double {
      let n = Double(count)
      let (meanA, meanB) = (Double(a) / n, Double(b) / n)
      let (c1, c2) = (0.01 * 255 * 0.01 * 255, 0.03 * 255 * 0.03 * 255)
      let squaredMeans = meanA * meanA + meanB * meanB
      let variances = (Double(squares) - n * squaredMeans) / (n - 1)
      let covariance = (Double(product) - n * meanA * meanB) / (n - 1)
      return (2 * meanA * meanB + c1) * (2 * covariance + c2)
        / ((squaredMeans + c1) * (variances + c2))
    }
  }
}
