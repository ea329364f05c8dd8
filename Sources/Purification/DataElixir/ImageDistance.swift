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

  /// Distance of each of `count` images `[N, H, W, C]` from an original `[H, W, C]`, with the
  /// features of a model.
  func distances(
    of images: [UInt8], count: Int, from original: [UInt8], shape: ImageShape,
    model: any LabelModel
  ) throws -> [Double] {
    let size = shape.byteCount
    let bytes = original + images
    let features = try model.features(bytes, count: count + 1)
    let width = features.count / (count + 1)
    return (1...count).map { i in
      self(
        bytes[..<size], bytes[i * size..<(i + 1) * size], shape: shape,
        features: (features[..<width], features[i * width..<(i + 1) * width]))
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
