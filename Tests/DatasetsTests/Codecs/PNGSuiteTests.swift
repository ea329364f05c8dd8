import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite(.enabled(if: CaseArchive.isPresent, "../shared/cases is absent"))
struct PNGSuiteTests {
  /// The hash of all images' hashes, by Pillow 13.0.0's `convert("RGB")`.
  @Test(arguments: [
    ("01-pngsuite/photos/", 90, "746c61cb0db62154be2e4b6ba603fd23c939e13b818cf7eaf2dbb34f04ad3036"),
    (
      "14-mixed-modes/photos/", 90,
      "35fa32efc970c376586ecba8c2f0d89022a0dccc76993f604b65759cf9e5abb7"
    ),
  ])
  func pixelsAreThoseOfPillow(folder: String, count: Int, expected: String) throws {
    let files = try CaseArchive.files(below: folder)
    #expect(files.count == count)
    let hashes = try files.map { try PNG.decode($0.bytes).colorHash }
    #expect(SHA256.hexDigest(Array(hashes.joined().utf8)) == expected)
  }
}
