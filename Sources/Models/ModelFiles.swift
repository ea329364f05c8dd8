import Checkpoints
import Foundation
import Support

/// The files that loading a model reads.
public enum ModelFiles {
  /// The SHA-256 of each file that is read of what a path names.
  ///
  /// It is `nil` for a folder of another kind than those below.
  ///
  /// A path names a classifier, with the shards that an index names, a denoiser's or a classifier's
  /// folder, a network of OpenAI with its flags, or a file of another kind.
  public static func checksum(_ path: String) throws -> String? {
    let url = URL(fileURLWithPath: path)
    let files: [URL]
    switch Directory.kind(FileName(path)) {
    case .directory:
      if let denoiser = try? DenoiserFiles(url) {
        files = try denoiser.all
      } else {
        guard let weights = try? Checkpoint.file(in: url) else { return nil }
        files = try Checkpoint(weights).fileURLs
      }
    case .file where url.pathExtension == "json": files = try Checkpoint(url).fileURLs
    case .file where (try? DenoiserFiles(url))?.layout == .openAI:
      files = try DenoiserFiles(url).all
    default: files = [url]
    }
    return try files.map { try SHA256.hexDigest(ofFile: $0.path) }.joined(separator: " ")
  }
}
