import Datasets

/// An attack that has as many triggers as there are targets, each for one of them.
///
/// Its poisons are shared out among the targets.
public protocol VariedTriggerAttack: TriggerAttack {
  /// The trigger of a target; number 0 is that of an attack with one.
  func makeTrigger(_ number: Int, for shape: ImageShape) throws -> Trigger
  /// That which was put on the copy in `folder`.
  func trigger(_ number: Int, in folder: String, shape: ImageShape) throws -> Trigger
}

extension VariedTriggerAttack {
  public func makeTrigger(for shape: ImageShape) throws -> Trigger {
    try makeTrigger(0, for: shape)
  }

  public func trigger(in folder: String, shape: ImageShape) throws -> Trigger {
    try trigger(0, in: folder, shape: shape)
  }

  public func goal(in folder: String, shape: ImageShape) throws -> AttackGoal {
    guard case .toOneOf(let targets) = labels else {
      return .trigger(try trigger(in: folder, shape: shape), labels)
    }
    return .triggers(
      try targets.enumerated().map { number, target in
        (try trigger(number, in: folder, shape: shape), .allToOne(target: target))
      })
  }

  public func plan(for dataset: ImageDataset, _ context: AttackContext) throws -> PoisonPlan {
    guard case .toOneOf(let targets) = labels else { return try triggerPlan(for: dataset) }
    try validate(classCount: dataset.classCount)
    let triggers = try targets.indices.map { try makeTrigger($0, for: dataset.shape) }
    let samples = try selection.indices(labels: dataset.labels, mapping: labels)
    guard samples.count >= targets.count else {
      throw ParameterError(
        selection.parameter, selection.rate,
        "this poisons \(samples.count) images for \(targets.count) targets; choose a greater share")
    }
    // Samples are a random choice, so that every n-th of them is one, too.
    let numbers = Dictionary(
      uniqueKeysWithValues: samples.enumerated().map { ($1, $0 % targets.count) })
    func number(_ sample: Int) -> Int {
      guard let number = numbers[sample] else {
        preconditionFailure("\(Self.id): sample \(sample) is not poisoned")
      }
      return number
    }
    var plan = PoisonPlan(
      attack: self,
      goal: .triggers(zip(triggers, targets).map { ($0, .allToOne(target: $1)) }),
      dataset: dataset, samples: samples
    ) { batch in
      try batch.flatMap { sample in
        triggers[number(sample)].applied(to: try dataset.images([sample]), samples: [sample])
      }
    }
    plan.label = { targets[number($0)] }
    plan.remarks = targets.enumerated().map { place, target in
      "Target \(target) (\(dataset.classNames[Int(target)])): "
        + "\(numbers.values.count { $0 == place }) images"
    }
    return plan
  }
}
