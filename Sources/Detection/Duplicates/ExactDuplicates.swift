import Datasets
import Support

/// Which images are equal, pixel by pixel.
package struct ExactDuplicates: Equatable, Sendable {
  /// Of each sample the others with the same pixels, ascending.
  package var others: [[Int]]

  package init(of images: any LabelledImages) throws {
    let hashes = try Parallel.map(images.count) { part in
      try part.map { SHA256.hexDigest(try images.images([$0])) }
    }
    let groups = Dictionary(grouping: hashes.indices) { hashes[$0] }
    others = hashes.indices.map { sample in
      (groups[hashes[sample]] ?? []).filter { $0 != sample }
    }
  }
}
