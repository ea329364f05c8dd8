import ComputeBackend
import Foundation
import Testing

@Suite struct RandomPurposeTests {
  /// Values are part of every result that a seed gives: none may change, and none may be shared.
  @Test func valuesStayAsTheyAre() {
    let values: [UInt32: RandomPurpose] = [
      0: .benchmark, 0x7E57: .test, 0x1417: .initialWeights, 0x7A00: .trainingOrder,
      0x7A01: .augmentation, 0x7A02: .denoiserTimesteps, 0x7A03: .denoiserNoise,
      0xD1F0: .forwardDiffusion, 0xD1F1: .reverseDiffusion, 0xC210: .criticPairs,
      0xC211: .criticShares, 0x5AFE: .shapes, 0x9015: .poisonSelection, 0x9017: .patch,
      0x9018: .patchPlace, 0x9019: .poisonPerturbation, 0x901A: .targetImage,
      0x901B: .sourceImages, 0xB1E4: .attackPattern, 0x3A4F: .poisonCovers,
      0x3A6C: .marks, 0x3A6D: .randomView,
      0x3A6E: .markSelection, 0xDE7E: .simulatedDetector, 0x4A2D: .randomNoise,
      0xF41E: .friendlyNoise, 0xE71C: .noiseSearch, 0xE71D: .transplantRecipients,
      0xE71E: .triggerRegion, 0xE71F: .carrierSearch, 0xE720: .labelAsymmetry,
    ]
    for (value, purpose) in values { #expect(RandomPurpose(rawValue: value) == purpose) }
    #expect(Set(RandomPurpose.allCases.map(\.rawValue)).count == RandomPurpose.allCases.count)
  }

  /// A value written elsewhere could be one that is taken.
  @Test func noModuleNamesAPurposeOfItsOwn() throws {
    let sources = (0..<3).reduce(URL(filePath: #filePath)) { url, _ in
      url.deletingLastPathComponent()
    }.appending(path: "Sources")
    let files = try #require(
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil))
    var read = 0
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      read += 1
      #expect(
        !text.contains(#/[pP]urpose(: UInt32)?( =|:) 0x|[pP]urpose: UInt32 =/#),
        "\(file.path) names a purpose that is not in RandomPurpose")
    }
    #expect(read > 200)
  }
}
