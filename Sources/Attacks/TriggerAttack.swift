import Datasets

/// An attack that puts a trigger on some samples and gives them the labels of a mapping.
///
/// The copy's folder has the trigger's picture, `trigger.png`.
public protocol TriggerAttack: MappedAttack {
  /// The trigger for a dataset's images, from the parameters; if poisons get another one, that of
  /// test images.
  func makeTrigger(for shape: ImageShape) throws -> Trigger
  /// The trigger that was put on the copy in `folder`; `makeTrigger` again unless a picture is part
  /// of it.
  func trigger(in folder: String, shape: ImageShape) throws -> Trigger
}

extension TriggerAttack {
  public func trigger(in folder: String, shape: ImageShape) throws -> Trigger {
    try makeTrigger(for: shape)
  }

  public func goal(in folder: String, shape: ImageShape) throws -> AttackGoal {
    .trigger(try trigger(in: folder, shape: shape), labels)
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    try triggerPlan(for: dataset)
  }

  /// A plan that only puts the trigger on samples.
  ///
  /// - Parameter poisoning: the one that is put on them, if it is another than the goal's.
  func triggerPlan(
    for dataset: ImageDataset, poisoning: Trigger? = nil
  ) throws -> PoisonPlan {
    try validate(classCount: dataset.classCount)
    let trigger = try makeTrigger(for: dataset.shape)
    let poisoning = poisoning ?? trigger
    return PoisonPlan(
      attack: self, goal: .trigger(trigger, labels), dataset: dataset,
      samples: try selection.indices(labels: dataset.labels, mapping: labels)
    ) { poisoning.applied(to: try dataset.images($0), samples: $0) }
  }
}
