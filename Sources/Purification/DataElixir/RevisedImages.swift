import Datasets

/// A dataset of which some samples are revised and some left out, without a copy of its images.
struct RevisedImages: LabelledImages, @unchecked Sendable {
  private let base: any LabelledImages
  private let candidates: any CandidateSource
  private let revisions: [Int: Revision]
  /// Sample in `base` of each sample here.
  private let included: [Int]
  let labels: [Int32]

  var shape: ImageShape { base.shape }
  var classCount: Int { base.classCount }

  init(
    _ base: any LabelledImages, candidates: any CandidateSource, revisions: [Int: Revision],
    leavingOut excluded: Set<Int> = []
  ) {
    self.base = base
    self.candidates = candidates
    self.revisions = revisions
    included = (0..<base.count).filter { !excluded.contains($0) }
    labels = included.map { revisions[$0].map { Int32($0.label) } ?? base.labels[$0] }
  }

  func images(_ samples: [Int]) throws -> [UInt8] {
    var bytes = try base.images(samples.map { included[$0] })
    let size = shape.byteCount
    for (position, sample) in samples.enumerated() {
      guard let candidate = revisions[included[sample]]?.candidate else { continue }
      bytes.replaceSubrange(
        position * size..<(position + 1) * size,
        with: try candidates.image(of: included[sample], candidate: candidate))
    }
    return bytes
  }
}
