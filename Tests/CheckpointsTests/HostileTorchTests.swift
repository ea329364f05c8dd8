import Checkpoints
import Foundation
import TestSupport
import Testing

/// Files that run programs when unpickled, or that lie about sizes: each is refused, none is run.
@Suite(.requiresFixtures)
struct HostileTorchTests {
  static let folder = Fixtures.shared.appendingPathComponent("formats/checkpoints/hostile")

  struct Expected: Decodable {
    struct File: Decodable {
      var file: String
    }
    var files: [File]
  }

  static let files: [String] = {
    let url = folder.appendingPathComponent("expected.json")
    guard let data = try? Data(contentsOf: url) else { return [] }
    return (try? JSONDecoder().decode(Expected.self, from: data).files.map(\.file)) ?? []
  }()

  /// What the message must say; of the files that may be read, nil where that is harmless.
  static let reasons: [String: String?] = [
    "01": "posix.system", "02": "builtins.eval", "03": "builtins.exec",
    "04": "functools.partial", "05": "os.system", "06": "posix.system", "07": "posix.system",
    "08": "runstring", "09": "builtins.getattr", "10": nil, "11": "two members",
    "12": "datX.pkl", "20": nil, "21": "nested deeper", "22": "more than 33554432 values",
    "23": "out of", "24": "bytes", "25": "lies outside", "26": "storage 1 is not there",
    "27": "16 bytes instead of 4000", "28": "elements", "29": "reaches to", "30": "reaches to",
    "31": "offset", "32": "expands", "33": "sizes", "34": "tensor", "35": "torch.NoSuchStorage",
    "36": "claims", "37": "claims", "38": "claims", "39": "too few values", "40": "without STOP",
    "41": "never put", "42": "lacks its mark", "43": "within itself", "44": nil, "45": nil,
    "46": "another number of elements", "47": nil, "48": "header",
    "49": "is not where it should be",
  ]

  @Test func thereAreFixtures() { #expect(Self.files.count >= 44) }

  @Test(arguments: files)
  func isRefusedOrHarmless(name: String) throws {
    let url = Self.folder.appendingPathComponent(name)
    let clock = ContinuousClock()
    let start = clock.now
    do {
      let checkpoint = try Checkpoint(url)
      for tensor in checkpoint.names { _ = try checkpoint.bytes(tensor) }
      let isHarmless = Self.reasons[String(name.prefix(2))] == .some(nil)
      #expect(isHarmless, "it was read")
    } catch {
      if let reason = Self.reasons[String(name.prefix(2))] ?? nil {
        #expect("\(error)".contains(reason), "\(error)")
      }
      #expect("\(error)".hasPrefix(url.path + ": "))
      #expect(!"\(error)".contains("\n"))
    }
    #expect(clock.now - start < .seconds(5))
    #expect(!FileManager.default.fileExists(atPath: "/tmp/PWNED"))
  }

  @Test func prefixesThatMakeOneNameOfTwoAreRefused() throws {
    let checkpoint = try Checkpoint(Self.folder.appendingPathComponent("44-key-clash.pt"))
    #expect { try checkpoint.storedNames() } throws: {
      "\($0)".contains("'module.weight' and 'weight' are two names")
    }
  }

  @Test func notFiniteWeightsAreRefusedByName() throws {
    let checkpoint = try Checkpoint(Self.folder.appendingPathComponent("45-nan.pt"))
    let name = try #require(checkpoint.names.first)
    #expect { try checkpoint.floats(name) } throws: { "\($0)".contains("NaN or infinity") }
  }
}
