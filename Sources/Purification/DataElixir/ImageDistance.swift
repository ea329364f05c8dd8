import Datasets

/// How far a candidate is from the original, in pixels and in the victim's features.
///
/// DataElixir eq. 5: d = ½·(1 − (SSIM + 1)/2) + ½·(1 − (cos + 1)/2), 0 for equal images, at most 1.
package struct ImageDistance: Hashable, Sendable {
  package var similarity: StructuralSimilarity

  package init(similarity: StructuralSimilarity = StructuralSimilarity()) {
    self.similarity = similarity
  }

  package func callAsFunction(
    _ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>, shape: ImageShape,
    features: (ArraySlice<Float>, ArraySlice<Float>)
  ) -> Double {
    let structure = similarity(a, b, shape: shape)
    let cosine = Self.cosine(features.0, features.1)
    return (1 - (structure + 1) / 2) / 2 + (1 - (cosine + 1) / 2) / 2
  }

  /// Distances of sets of images, each `[N, H, W, C]`, from the original `[H, W, C]` of each set,
  /// with features from one pass of a model.
  func distances(
    of sets: [[UInt8]], from originals: [[UInt8]], shape: ImageShape, model: any LabelModel
  ) throws -> [[Double]] {
    precondition(
      sets.count == originals.count,
      "ImageDistance: \(sets.count) sets of images, \(originals.count) originals")
    let size = shape.byteCount
    let bytes = zip(originals, sets).flatMap { $0 + $1 }
    let count = bytes.count / size
    let features = try model.features(bytes, count: count)
    let width = features.count / max(count, 1)
    var start = 0
    return sets.map { set in
      let original = start
      let images = original + 1..<original + 1 + set.count / size
      start = images.upperBound
      return images.map { i in
        self(
          bytes[original * size..<(original + 1) * size], bytes[i * size..<(i + 1) * size],
          shape: shape,
          features: (
            features[original * width..<(original + 1) * width],
            features[i * width..<(i + 1) * width]
          ))
      }
    }
  }

  /// a·b / (|a|·|b|), 1 if both vectors are zero, 0 if one is.
  package static func cosine(_ a: ArraySlice<Float>, _ b: ArraySlice<Float>) -> Double {
    precondition(a.count == b.count, "ImageDistance.cosine: \(a.count) and \(b.count) features")
    var (product, squareA, squareB) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      let (x, y) = (Double(x), Double(y))
      product += x * y
      squareA += x * x
      squareB += y * y
    }
    if squareA == 0 || squareB == 0 { return squareA == squareB ? 1 : 0 }
    return product / (squareA * squareB).squareRoot()
  }

  /// Which image is farther from the original than 80 % of all (DataElixir §3.5).
  ///
  /// The original takes part with distance 0. Sorted by distance, earlier candidates first among
  /// equals, the image at ⌊0.8·count⌋ is taken: place 40 of an original and 50 candidates.
  /// - Returns: a position in `distances`, or nil for the original.
  package static func selection(_ distances: [Double]) -> Int? {
    let order = distances.indices.sorted { (distances[$0], $0) < (distances[$1], $1) }
    let rank = (distances.count + 1) * 4 / 5
    return rank == 0 ? nil : order[rank - 1]
  }
}
