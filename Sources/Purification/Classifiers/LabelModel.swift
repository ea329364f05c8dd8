import Datasets

/// A classifier as the method sees it: the victim or the benign model.
package protocol LabelModel {
  /// The most likely label of each of `count` images `[N, H, W, C]`, apart from one that is known
  /// to be wrong.
  func labels(_ images: [UInt8], count: Int, except wrong: Int?) throws -> [Int]
  /// Features of the last layer but one, `[N, features]`.
  func features(_ images: [UInt8], count: Int) throws -> [Float]
  /// Grafts that are worth being asked about at once.
  var graftsAtOnce: Int { get }
  /// The label of each graft's recipients with its transplants, one kind after another.
  func labels(of grafts: [Graft], in images: any LabelledImages) throws -> [[Int]]
}

extension LabelModel {
  /// The most likely label of each of `count` images `[N, H, W, C]`.
  package func labels(_ images: [UInt8], count: Int) throws -> [Int] {
    try labels(images, count: count, except: nil)
  }

  package var graftsAtOnce: Int { Graft.unit }

  package func labels(of grafts: [Graft], in images: any LabelledImages) throws -> [[Int]] {
    var all: [[Int]] = []
    all.reserveCapacity(grafts.count)
    for start in stride(from: 0, to: grafts.count, by: Graft.unit) {
      let unit = grafts[start..<min(start + Graft.unit, grafts.count)]
      let bytes = try unit.flatMap { try $0.images(of: images) }
      var rest = try labels(bytes, count: bytes.count / images.shape.byteCount)[...]
      for graft in unit {
        let count = graft.recipients.count * graft.kinds.count
        all.append(Array(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
    }
    return all
  }
}

/// Trains the benign model M̃ of DataElixir §3.5.
package protocol BenignTrainer {
  /// Stage 1 trains anew; stage 2 goes on from stage 1 at a lower learning rate.
  func train(_ stage: BenignStage, on images: any LabelledImages) throws -> any LabelModel
}

package enum BenignStage: Int, Sendable, CaseIterable {
  case first = 1
  case second
}
