import Checkpoints
import Foundation
import Support

/// `config.json` of timm beside a file of weights: what the tensors do not tell.
enum TimmConfiguration {
  /// The fields under the names that our own files have them in their metadata; none if there is no
  /// such file.
  ///
  /// - Throws: `CheckpointError.invalidJSON`.
  static func metadata(beside url: URL) throws -> [String: String] {
    let isFolder = Directory.kind(FileName(url.path)) == .directory
    let file = (isFolder ? url : url.deletingLastPathComponent())
      .appendingPathComponent("config.json")
    guard Directory.kind(FileName(file.path)) == .file,
      case .object(let root) = try JSONValue.read(file),
      case .object(let pretrained)? = root["pretrained_cfg"]
    else { return [:] }
    var result: [String: String] = [:]
    for (key, name) in [("mean", ClassifierConfiguration.meanKey), ("std", "normalization_std")] {
      guard case .array(let items)? = pretrained[key] else { continue }
      result[name] = items.map { $0.serialized() }.joined(separator: ",")
    }
    if case .array(let size)? = pretrained["input_size"], case .integer(let side)? = size.last {
      result["image_size"] = "\(side)"
    }
    if case .object(let arguments)? = root["model_args"],
      case .integer(let heads)? = arguments["num_heads"]
    {
      result[ClassifierConfiguration.headsKey] = "\(heads)"
    }
    return result
  }
}
