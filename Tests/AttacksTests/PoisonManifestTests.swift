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

  private static let targeted = """
    {
      "attack": "gradient-matching", "classCount": 3, "count": 5, "epsilon": 16,
      "includesTarget": true, "mapping": "one-image", "rate": 0.2,
      "samples": [{"index": 1, "label": 0, "name": "a", "originalLabel": 0, "sourceName": "b"}],
      "seed": 7, "target": 0, "version": 2,
      "targetImage": {"index": 9, "label": 2, "picture": "target.png", "source": "test.bin"}
    }
    """

  private func load(_ text: String) throws -> PoisonManifest {
    let folder = try TemporaryFolder()
    try folder.write(Array(text.utf8), to: PoisonManifest.fileName)
    return try PoisonManifest.load(folder.path)
  }

  @Test func loadsVersion1() throws {
    let manifest = try load(Self.version1)
    #expect(manifest.attack == .blended && manifest.alpha == 0.2)
    #expect(manifest.labelMapping == .allToOne(target: 0))
    #expect(manifest.samples.map(\.index) == [1, 4])
    #expect(manifest.targetImage == nil && manifest.placement == nil)
  }

  @Test func knowsATargetedAttack() throws {
    let manifest = try load(Self.targeted)
    #expect(manifest.labelMapping == nil)
    #expect(manifest.targetImage?.index == 9)
    #expect(manifest.attack.isCleanLabel)
    let shape = ImageShape(height: 2, width: 2, channels: 1)
    #expect(throws: FileError.self) { try manifest.goal(in: "/nowhere", shape: shape) }
    #expect(throws: AttackError.self) { try manifest.trigger(in: "/nowhere", shape: shape) }
  }

  /// Replacements in a valid manifest, each of which makes it contradict itself.
  @Test(arguments: [
    (version1, #""alpha": 0.2, "#, ""), (version1, "0.2", "1.5"), (version1, "0.2", "-0.1"),
    (version1, #""target": 0"#, #""target": 3"#), (version1, #", "target": 0"#, ""),
    (version1, #""index": 4"#, #""index": 5"#), (version1, #""index": 4"#, #""index": -1"#),
    (version1, #""index": 4"#, #""index": 1"#),
    (version1, #""label": 0"#, #""label": 3"#),
    (version1, #""originalLabel": 1"#, #""originalLabel": -1"#),
    (version1, "trigger.png", "../trigger.png"), (version1, "trigger.png", ""),
    (version1, #""mapping": "all-to-one""#, #""mapping": "one-to-one""#),
    (version1, #""mapping": "all-to-one""#, #""mapping": "all-to-all""#),
    (version1, #""attack": "blended""#, #""attack": "sig""#),
    (targeted, #""epsilon": 16,"#, ""), (targeted, #""epsilon": 16"#, #""epsilon": 0"#),
    (targeted, #""epsilon": 16"#, #""epsilon": 256"#),
    (targeted, "target.png", "/etc/passwd"),
    (targeted, #""label": 2"#, #""label": 0"#), (targeted, #""label": 2"#, #""label": 7"#),
    (targeted, #""originalLabel": 0"#, #""originalLabel": 1"#),
    (targeted, "one-image", "all-to-one"),
    (targeted, #""rate""#, #""pattern": "p.png", "rate""#),
    (targeted, #""rate""#, #""placement": "corner", "rate""#),
    (targeted, #""rate""#, #""source": 1, "rate""#),
    (targeted, #""attack": "gradient-matching""#, #""attack": "badnets""#),
  ])
  func refusesContradictions(manifest: String, part: String, replacement: String) throws {
    #expect(manifest.contains(part))
    let error = #expect(throws: AttackError.self) {
      try load(manifest.replacingOccurrences(of: part, with: replacement))
    }
    #expect(try #require(error).description.contains("contradict"))
  }

  @Test(arguments: [
    (#"{"version": 1}"#, "not a poison manifest"), ("nonsense", "not a poison manifest"),
    (version1.replacingOccurrences(of: "\"version\": 1", with: "\"version\": 3"), "version 3"),
    (targeted.replacingOccurrences(of: "gradient-matching", with: "magic"), "not a poison"),
  ])
  func refusesDamagedManifests(text: String, message: String) throws {
    let error = #expect(throws: AttackError.self) { try load(text) }
    #expect(try #require(error).description.contains(message))
    #expect(throws: AttackError.self) { try PoisonManifest.load("/nowhere") }
  }
}
