import Datasets
import Foundation
import Purification
import Support

/// What a review must know of a purification's report.
struct ReviewedReport: Decodable {
  struct Candidates: Decodable {
    var perSample: Int
  }

  var method: String
  var data: PurifiedData
  private var candidates: Candidates?

  /// Reads the report of an output folder and requires that `original` is what was purified.
  init(folder: String, original: ImageDataset) throws {
    self = try JSONText.read(Self.self, from: folder + "/report.json")
    guard try original.fingerprint() == data.fingerprint else {
      throw ReviewError.otherDataset(path: original.path, purified: data.path)
    }
  }

  /// The run's candidates; nil where its files were deleted, and for a method without.
  func candidates(beside folder: String) throws -> CandidateStore? {
    let run = FileName(folder).canonical.description + ".run"
    guard let candidates,
      Directory.kind(FileName(run + "/candidates.journal")) == .file
    else { return nil }
    return try CandidateStore(
      directory: URL(fileURLWithPath: run), candidatesPerSample: candidates.perSample,
      imageBytes: data.shape.byteCount, classes: data.classNames.count)
  }
}
