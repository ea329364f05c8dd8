import Attacks
import Datasets
import TestSupport
import Testing

@Suite struct SeveralTargetsTests {
  private func source(_ folder: TemporaryFolder) throws -> ImageDataset {
    try Shapes(seed: 8).writeFolder(folder.path + "/clean", training: 60, test: 10)
    return try ImageDataset.open(folder.path + "/clean")
  }

  private let selection = PoisonSelection(rate: 0.2, seed: 3)

  private func attacks(_ targets: [Int32]) -> [any VariedTriggerAttack] {
    let labels = LabelMapping.toOneOf(targets: targets)
    return [
      BadNets(labels: labels, selection: selection),
      Blended(labels: labels, selection: selection),
      Smooth(labels: labels, selection: selection),
    ]
  }

  /// Of 12 poisons each of three targets gets four, with its own trigger.
  @Test(arguments: 0..<3)
  func eachTargetHasItsTriggerAndItsShare(number: Int) throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let targets: [Int32] = [3, 7, 0]
    let attack = attacks(targets)[number]
    let output = folder.path + "/poisoned"
    let plan = try attack.plan(for: clean, AttackContext())
    try plan.write(to: output)
    #expect(plan.remarks.count == 3 && plan.remarks[1].hasSuffix(": 4 images"))
    let manifest = try PoisonManifest.load(output)
    #expect(manifest.samples.count == 12)
    guard case .triggers(let triggers) = try manifest.attack.goal(in: output, shape: clean.shape)
    else {
      Issue.record("another goal")
      return
    }
    #expect(triggers.map(\.labels) == targets.map { .allToOne(target: $0) })
    #expect(Set(triggers.map(\.trigger.pattern)).count == 3)
    let poisoned = try ImageDataset.open(output)
    for (target, trigger) in zip(targets, triggers.map(\.trigger)) {
      let samples = manifest.samples.filter { $0.label == target }.map(\.index)
      #expect(samples.count == 4)
      for sample in samples {
        #expect(!targets.contains(clean.labels[sample]) && poisoned.labels[sample] == target)
        #expect(
          try poisoned.images([sample])
            == trigger.applied(to: clean.images([sample]), samples: [sample]))
      }
    }
  }

  /// The first trigger is that of an attack with one target.
  @Test func theFirstTriggerIsTheUsualOne() throws {
    let shape = ImageShape(height: 8, width: 10, channels: 3)
    for attack in attacks([3, 7]) {
      #expect(
        try attack.makeTrigger(0, for: shape).pattern == attack.makeTrigger(for: shape).pattern)
    }
    let second = try attacks([3, 7])[0].makeTrigger(1, for: shape)
    #expect(second.pattern == Trigger.whiteSquare(shape, at: .topLeft).pattern)
    let lit = second.pattern.pixels.indices.filter { second.pattern.pixels[$0] > 0 }
    #expect(lit == [0, 1, 2].flatMap { y in (0..<9).map { 30 * y + $0 } })
  }

  @Test func poisonsMayBeTheTargets() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let attack = BadNets(
      labels: .toOneOf(targets: [3, 7]),
      selection: PoisonSelection(rate: 1, isPerClass: true, from: .all, seed: 1))
    let manifest = try attack.plan(for: clean, AttackContext()).write(to: folder.path + "/out")
    #expect(manifest.samples.count == 60)
    #expect(manifest.samples.count { $0.label == 3 } == 30)
    #expect(try PoisonManifest.load(folder.path + "/out").samples == manifest.samples)
  }

  @Test func refusesWhatCannotBe() throws {
    let folder = try TemporaryFolder()
    let clean = try source(folder)
    let few = BadNets(
      labels: .toOneOf(targets: [3, 7]), selection: PoisonSelection(rate: 0.02, seed: 1))
    #expect(
      throws: ParameterError(
        "rate", 0.02, "this poisons 1 images for 2 targets; choose a greater share")
    ) { try few.plan(for: clean, AttackContext()) }
    #expect(throws: ParameterError.self) {
      try attacks([0, 1, 2, 3, 4])[0].validate(classCount: 10)
    }
    #expect(throws: ParameterError.self) { try attacks([3])[1].validate(classCount: 10) }
    let warped = WaNet(labels: .toOneOf(targets: [3, 7]), selection: selection)
    #expect(
      throws: ParameterError("targets", "[3, 7]", "this attack has one trigger, for one target")
    ) { try warped.plan(for: clean, AttackContext()) }
    let picture = Blended(
      pattern: "p.png", labels: .toOneOf(targets: [3, 7]), selection: selection)
    #expect(throws: ParameterError.self) { try picture.validate(classCount: 10) }
  }
}
