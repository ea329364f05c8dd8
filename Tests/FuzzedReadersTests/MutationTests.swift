import ComputeBackend
import Foundation
import FuzzedReaders
import Support
import TestSupport
import Testing

/// A short run of what `make fuzz` runs for long, without its instrumentation: inputs that are
/// damaged at random end in an error with a text, or are read; nothing crashes.
@Suite struct MutationTests {
  /// Inputs of a reader.
  private static let inputs = 150

  private static let seeds = Result { try makeSeeds() }

  /// The seeds of the fuzzer, in a folder for each reader.
  private static func makeSeeds() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", root.path + "/Fuzzing/seeds.py", folder.path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return folder
  }

  private func seeds(of reader: Reader, _ workspace: Workspace) throws -> [[UInt8]] {
    let folder = try Self.seeds.get()
    let names = (try? folder.entries(reader.name)) ?? []
    let files = try names.map { try folder.read(reader.name + "/" + $0) }
    return files + (try reader.seed.map { [try $0(workspace)] } ?? [])
  }

  @Test(arguments: Reader.all.map(\.name))
  func damageIsAnErrorOrHarmless(name: String) throws {
    let reader = try #require(Reader.all.first { $0.name == name })
    let workspace = try Workspace()
    let seeds = try seeds(of: reader, workspace)
    var random = PhiloxGenerator(seed: 1, purpose: .test)
    for number in 0..<Self.inputs {
      // Without a seed the fuzzer begins with nothing, too.
      var input = seeds.isEmpty ? [] : seeds[number % seeds.count]
      for _ in 0..<(number < seeds.count ? 0 : Int.random(in: 1...4, using: &random)) {
        damage(&input, &random)
      }
      do { try reader.read(input, workspace) } catch {
        #expect(!"\(error)".isEmpty && !"\(error)".contains("\n"), "\(error)")
      }
    }
  }

  @Test func whatWasMadeIsRead() throws {
    let workspace = try Workspace()
    for reader in Reader.all {
      guard let seed = reader.seed else { continue }
      try reader.read(try seed(workspace), workspace)
    }
  }

  private func damage(_ input: inout [UInt8], _ random: inout PhiloxGenerator) {
    let place = Int.random(in: 0...input.count, using: &random)
    let length = min(Int.random(in: 1...8, using: &random), input.count - place)
    switch Int.random(in: 0..<6, using: &random) {
    case 0:
      for index in place..<place + length {
        input[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      }
    case 1:
      let extreme: UInt8 = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &random) ?? 0
      for index in place..<place + length { input[index] = extreme }
    case 2: input.removeSubrange(place..<place + length)
    case 3: input.insert(contentsOf: input[place..<place + length], at: place)
    case 4: input.insert(UInt8.random(in: 0...255, using: &random), at: place)
    default: input.removeSubrange(place...)
    }
  }
}
