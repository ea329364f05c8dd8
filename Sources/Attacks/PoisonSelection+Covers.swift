import ComputeBackend
import Datasets

extension PoisonSelection {
  /// A seeded choice of round(rate·N) samples of a dataset that are not poisoned, ascending.
  ///
  /// Throws `ParameterError` if there are not so many.
  static func covers(
    rate: Double, besides samples: [Int], of dataset: ImageDataset, seed: UInt64
  ) throws -> [Int] {
    let poisons = Set(samples)
    let others = dataset.labels.indices.filter { !poisons.contains($0) }
    let count = Int((rate * Double(dataset.count)).rounded())
    guard count <= others.count else {
      throw ParameterError(
        "coverRate", rate, "this asks for \(count) of \(others.count) other samples")
    }
    var random = PhiloxGenerator(seed: seed, purpose: .poisonCovers)
    return random.choose(count, of: others)
  }
}
