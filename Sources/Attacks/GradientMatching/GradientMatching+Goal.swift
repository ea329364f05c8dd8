import ComputeBackend
import Datasets

extension GradientMatching {
  /// What the attacker wants, for a dataset to be poisoned.
  ///
  /// Throws `ParameterError`, `AttackError` or `DatasetError` if the target or the patch does not
  /// suit.
  func goal(for dataset: ImageDataset) throws -> AttackGoal {
    switch aim {
    case .image(let source, let index, _):
      return .image(
        try TargetImage(index, of: source, for: dataset, intended: target, seed: options.seed))
    case .patch(let placement, let pattern, let source):
      let patch =
        try pattern.map { try Trigger.readPatch($0, for: dataset.shape) }
        ?? Trigger.randomPatch(dataset.shape, seed: options.seed)
      return .trigger(trigger(placement, patch, shape: dataset.shape), labels(source: source))
    }
  }

  public func goal(in folder: String, shape: ImageShape) throws -> AttackGoal {
    switch aim {
    case .image(let source, let index, let label):
      return .image(
        try Self.targetImage(
          in: folder, source: source, index: index, label: label, intended: target, shape: shape))
    case .patch(let placement, _, let source):
      // A patch in the corner was stored as it is put there, and so fits as it is.
      let patch = try Trigger.readPatch(folder + "/" + PoisonPlan.triggerFile, for: shape)
      return .trigger(trigger(placement, patch, shape: shape), labels(source: source))
    }
  }

  func labels(source: Int32?) -> LabelMapping {
    source.map { .oneToOne(source: $0, target: target) } ?? .allToOne(target: target)
  }

  private func trigger(
    _ placement: Placement, _ patch: RasterImage, shape: ImageShape
  ) -> Trigger {
    guard placement == .random else { return .corner(patch, for: shape) }
    return Trigger(shape, pattern: patch) { [options] image, sample in
      var random = PhiloxGenerator(
        seed: options.seed, stream: UInt32(truncatingIfNeeded: sample),
        purpose: .patchPlace)
      let top = Int.random(in: 0...shape.height - patch.shape.height, using: &random)
      let left = Int.random(in: 0...shape.width - patch.shape.width, using: &random)
      image.stamp(patch, top: top, left: left)
    }
  }
}
