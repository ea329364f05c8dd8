import Attacks
import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct PoisonManifestTests {
  /// As version 1 wrote it.
  private static let version1 = """
    {
      "alpha": 0.2, "attack": "blended", "classCount": 3, "count": 5, "includesTarget": false,
      "mapping": "all-to-one", "pattern": "trigger.png", "rate": 0.4,
      "samples": [
        {"index": 1, "label": 0, "name": "a#1", "originalLabel": 2, "sourceName": "b#1"},
        {"index": 4, "label": 0, "name": "a#4", "originalLabel": 1, "sourceName": "b#4"}
      ],
      "seed": 7, "target": 0, "version": 1
    }
    """

  private static let version2 = """
    {
      "attack": "gradient-matching", "classCount": 3, "count": 5, "epsilon": 16,
      "includesTarget": true, "mapping": "one-image", "rate": 0.2,
      "samples": [{"index": 1, "label": 0, "name": "a", "originalLabel": 0, "sourceName": "b"}],
      "seed": 7, "target": 0, "version": 2,
      "targetImage": {"index": 9, "label": 2, "picture": "target.png", "source": "test.bin"}
    }
    """

  private static let version3 = """
    {
      "attack": "blended", "classCount": 3, "count": 5,
      "parameters": {
        "alpha": 0.3, "labels": {"oneToOne": {"source": 2, "target": 0}},
        "selection": {"eligible": "attackable", "rate": 0.4, "seed": 7}
      },
      "samples": [
        {"index": 1, "label": 0, "name": "a#1", "originalLabel": 2, "sourceName": "b#1"}
      ],
      "version": 3
    }
    """

  private func load(_ text: String) throws -> PoisonManifest {
    let folder = try TemporaryFolder()
    try folder.write(Array(text.utf8), to: GroundTruth.poisonFile)
    return try PoisonManifest.load(folder.path)
  }

  /// A manifest that the program of version 2 wrote for twelve images of three classes.
  private func former(_ name: String) throws -> PoisonManifest {
    try PoisonManifest.load(
      Fixtures.package.appendingPathComponent("Tests/Fixtures/Manifests/version2-\(name).json")
        .path)
  }

  @Test func readsVersion1() throws {
    let manifest = try load(Self.version1)
    let attack = try #require(manifest.attack as? Blended)
    #expect(attack.alpha == 0.2 && attack.pattern == nil)
    #expect(attack.labels == .allToOne(target: 0))
    #expect(attack.selection == PoisonSelection(rate: 0.4, seed: 7))
    #expect(manifest.samples.map(\.index) == [1, 4])
  }

  @Test func readsVersion2() throws {
    let badNets = try former("badnets")
    #expect(badNets.count == 12 && badNets.classCount == 3)
    #expect(badNets.samples.map(\.index) == [4, 9])
    #expect(badNets.samples.map(\.originalLabel) == [2, 1])
    let patched = try #require(badNets.attack as? BadNets)
    #expect(patched.labels == .allToAll && patched.selection.seed == 4)
    let blended = try #require(try former("blended").attack as? Blended)
    #expect(blended.alpha == 0.35 && blended.labels == .allToOne(target: 1))
    #expect(blended.selection == PoisonSelection(rate: 0.17, from: .all))
    let sig = try #require(try former("sig").attack as? SIG)
    #expect(sig.amplitude == 40 && sig.frequency == 5 && sig.target == 2 && sig.rate == 0.17)
    let image = try #require(try former("gradient-matching-image").attack as? GradientMatching)
    #expect(image.target == 2 && image.aim == .image(source: "in", index: 5, label: 1))
    #expect(image.options.epsilon == 16 && image.options.rate == 0.17)
    let patch = try #require(try former("gradient-matching-patch").attack as? GradientMatching)
    #expect(patch.target == 0 && patch.options.epsilon == 8 && patch.options.seed == 6)
    #expect(patch.aim == .patch(placement: .random, pattern: nil, source: 1))
  }

  @Test func aFormerAttackHasItsGoal() throws {
    let folder = try TemporaryFolder()
    let shape = ImageShape(height: 2, width: 3, channels: 1)
    let picture = RasterImage(shape: shape, pixels: [0, 9, 0, 0, 0, 7])
    for name in ["trigger.png", "target.png"] {
      try PNG.write(picture, to: folder.path + "/" + name)
    }
    func goal(_ name: String, shape: ImageShape) throws -> AttackGoal {
      try former(name).attack.goal(in: folder.path, shape: shape)
    }
    guard case .trigger(let trigger, .allToAll) = try goal("badnets", shape: shape),
      case .image(let image) = try goal("gradient-matching-image", shape: shape)
    else {
      Issue.record("other goals")
      return
    }
    #expect(trigger.applied(to: [1, 1, 1, 1, 1, 1]) == [1, 9, 1, 1, 1, 7])
    #expect(image.picture == picture && image.label == 1 && image.intended == 2)
    let other = ImageShape(height: 3, width: 3, channels: 1)
    #expect(throws: AttackError.self) { try goal("blended", shape: other) }
    #expect(throws: FileError.self) {
      try former("badnets").attack.goal(in: "/nowhere", shape: shape)
    }
  }

  @Test func readsVersion3() throws {
    let attack = try #require(try load(Self.version3).attack as? Blended)
    #expect(attack.alpha == 0.3 && attack.labels == .oneToOne(source: 2, target: 0))
  }

  /// As SIG's was before there were shares of classes.
  @Test func readsVersion3WithoutSharesOfClasses() throws {
    let sig = try load(
      Self.version3.replacingOccurrences(of: "blended", with: "sig")
        .replacingOccurrences(
          of: #""alpha": 0.3"#,
          with: #""amplitude": 30, "frequency": 5, "rate": 0.2, "seed": 7, "target": 0"#
        )
        .replacingOccurrences(of: #""originalLabel": 2"#, with: #""originalLabel": 0"#))
    let attack = try #require(sig.attack as? SIG)
    #expect(attack == SIG(amplitude: 30, frequency: 5, target: 0, rate: 0.2, seed: 7))
    #expect(!attack.isPerClass)
  }

  /// Replacements in a valid manifest, each of which makes it one that no poisoning writes.
  @Test(arguments: [
    (version1, #""alpha": 0.2, "#, ""), (version1, "0.2", "1.5"), (version1, "0.2", "-0.1"),
    (version1, #""target": 0"#, #""target": 3"#), (version1, #", "target": 0"#, ""),
    (version1, #""index": 4"#, #""index": 5"#), (version1, #""index": 4"#, #""index": -1"#),
    (version1, #""index": 4"#, #""index": 1"#),
    (version1, #""label": 0"#, #""label": 1"#),
    (version1, #""originalLabel": 1"#, #""originalLabel": -1"#),
    (version1, #""mapping": "all-to-one""#, #""mapping": "one-to-one""#),
    (version1, #""mapping": "all-to-one""#, #""mapping": "all-to-all""#),
    (version1, #""attack": "blended""#, #""attack": "sig""#),
    (version2, #""epsilon": 16,"#, ""), (version2, #""epsilon": 16"#, #""epsilon": 0"#),
    (version2, #""epsilon": 16"#, #""epsilon": 256"#),
    (version2, #""label": 2"#, #""label": 0"#), (version2, #""label": 2"#, #""label": 7"#),
    (version2, #""originalLabel": 0"#, #""originalLabel": 1"#),
    (version2, "one-image", "all-to-one"),
    (version2, #""attack": "gradient-matching""#, #""attack": "badnets""#),
    (version3, #""alpha": 0.3"#, #""alpha": 0"#), (version3, #""rate": 0.4"#, #""rate": 4"#),
    (version3, #""target": 0"#, #""target": 3"#), (version3, #""source": 2"#, #""source": 0"#),
    (version3, #""originalLabel": 2"#, #""originalLabel": 1"#),
    (version3, #""oneToOne": {"source": 2, "target": 0}"#, #""toOneOf": {"targets": [0]}"#),
    (version3, #""oneToOne": {"source": 2, "target": 0}"#, #""toOneOf": {"targets": [0, 0]}"#),
    (version3, #""oneToOne": {"source": 2, "target": 0}"#, #""toOneOf": {"targets": [0, 3]}"#),
    (version3, #""oneToOne": {"source": 2, "target": 0}"#, #""toOneOf": {"targets": [1, 2]}"#),
    (version3, #""count": 5"#, #""count": -5"#), (version3, #""count": 5"#, #""count": 1"#),
    (version3, #""classCount": 3"#, #""classCount": -3"#),
    (version3, #""classCount": 3"#, #""classCount": 30000000000"#),
    (version3, #""version": 3"#, #""version": 4"#),
    (version3, #""attack": "blended""#, #""attack": "magic""#),
  ])
  func refusesWhatNoPoisoningWrites(manifest: String, part: String, replacement: String) throws {
    #expect(manifest.contains(part))
    let error = #expect(throws: AttackError.self) {
      try load(manifest.replacingOccurrences(of: part, with: replacement))
    }
    // It names the parameter, its value, and what is wrong with it.
    let reason = try #require(error).description.split(separator: ";")[0]
    #expect(reason.contains("\(GroundTruth.poisonFile): "), "\(reason)")
    #expect(!reason.contains("it is not a poison manifest"), "\(reason)")
  }

  @Test(arguments: [
    #"{"version": 1}"#, "nonsense", version3.replacingOccurrences(of: "eligible", with: "e"),
    version3.replacingOccurrences(of: "parameters", with: "p"),
  ])
  func refusesDamagedManifests(text: String) throws {
    let error = #expect(throws: AttackError.self) { try load(text) }
    #expect(try #require(error).description.contains("it is not a poison manifest"))
    #expect(throws: AttackError.self) { try PoisonManifest.load("/nowhere") }
  }

  @Test func attacksHaveNamesOfTheirOwn() {
    let names = AttackRegistry.all.map { $0.id }
    #expect(Set(names).count == names.count && names.contains("badnets"))
    for name in names { #expect(name.allSatisfy { $0.isLowercase || $0 == "-" }) }
  }
}
