import Foundation
import Support

extension Checkpoint {
  /// Opens one file of weights of any format, told by its first bytes, not by its name.
  static func open(_ url: URL) throws -> any TensorFile {
    let file = try RandomAccessFile(url.path)
    try ForeignFile.check(file)
    let start = try file.bytes(at: 0, count: min(file.size, 16))
    return TorchFile.begins(start)
      ? try TorchStateDictionary(TorchFile(url)) : try SafetensorsFile(url)
  }

  /// The file of weights in a folder, or the index of its shards.
  ///
  /// Tried are the names that diffusers and transformers give, safetensors before pickles, in full
  /// before half precision.
  ///
  /// - Throws: `FileError`, saying which files are looked for.
  public static func file(
    in folder: URL,
    named stems: [String] = ["diffusion_pytorch_model", "model", "pytorch_model"]
  ) throws -> URL {
    for stem in stems {
      for variant in ["", ".fp16"] {
        for kind in ["safetensors", "bin"] {
          for name in [
            "\(stem)\(variant).\(kind)", "\(stem).\(kind).index\(variant).json",
            "\(stem)\(variant).\(kind).index.json",
          ] {
            let url = folder.appendingPathComponent(name)
            if Directory.kind(FileName(url.path)) == .file { return url }
          }
        }
      }
    }
    throw FileError.damaged(
      path: folder.path, reason: "no \(stems[0]).safetensors or \(stems[0]).bin",
      advice: "download or export the weights")
  }

  static func shards(_ url: URL) throws -> [String: any TensorFile] {
    guard case .object(let root) = try JSONValue.read(url),
      case .object(let map)? = root["weight_map"]
    else {
      throw CheckpointError.invalidJSON(
        path: url.path, reason: "no weight_map; an index of shards is expected")
    }
    let folder = url.deletingLastPathComponent()
    var opened: [String: any TensorFile] = [:]
    var result: [String: any TensorFile] = [:]
    for (name, value) in map.members {
      guard case .string(let fileName) = value, !fileName.contains("/"), !fileName.hasPrefix(".")
      else {
        throw CheckpointError.invalidJSON(
          path: url.path, reason: "weight_map '\(name)' does not name a file beside the index")
      }
      let file = try opened[fileName] ?? open(folder.appendingPathComponent(fileName))
      opened[fileName] = file
      guard file.contains(name) else {
        throw CheckpointError.missingTensor(path: file.url.path, tensor: name)
      }
      result[name] = file
    }
    return result
  }
}
