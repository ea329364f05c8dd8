import Datasets

/// A classifier as the method sees it: the victim or the benign model.
package protocol LabelModel {
  /// The most likely label of each of `count` images `[N, H, W, C]`, apart from one that is known
  /// to be wrong.
  func labels(_ images: [UInt8], count: Int, except wrong: Int?) throws -> [Int]
  /// Features of the last layer but one, `[N, features]`.
  func features(_ images: [UInt8], count: Int) throws -> [Float]
}

extension LabelModel {
  /// The most likely label of each of `count` images `[N, H, W, C]`.
  package func labels(_ images: [UInt8], count: Int) throws -> [Int] {
    try labels(images, count: count, except: nil)
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
