import Checkpoints
import Foundation
import Support

/// The files that loading a model reads.
public enum ModelFiles {
  /// The SHA-256 of each file that is read of what a path names: a classifier, with the shards that
  /// an index names, a denoiser's folder, or a file of another kind; `nil` for another folder.
  public static func checksum(_ path: String) throws -> String? {
    let url = URL(fileURLWithPath: path)
    let files: [URL]
    switch Directory.kind(FileName(path)) {
    case .directory:
      guard let denoiser = try? DenoiserFiles(url) else { return nil }
      files = try denoiser.all
    case .file where url.pathExtension == "json": files = try Checkpoint(url).fileURLs
    default: files = [url]
    }
    return try files.map { try SHA256.hexDigest(ofFile: $0.path) }.joined(separator: " ")
  }
}
