import Checkpoints

/// What Hugging Face's `datasets` says of a table's columns: which hold images, which classes.
struct HuggingFaceFeatures: Sendable {
  /// Columns of images, in their order.
  private(set) var images: [String] = []
  /// Columns of class labels, in their order, with the names of their classes if there are any.
  private(set) var labels: [(name: String, classNames: [String]?)] = []

  init() {}

  /// Of the JSON text of `dataset_info.json`, or of the key `huggingface` of a file's metadata.
  init(_ json: [UInt8], path: String) throws {
    guard case .object(let root) = try JSONValue.parse(json, path: path) else { return }
    var info = root
    if case .object(let inner)? = root["info"] { info = inner }
    guard case .object(let features)? = info["features"] else { return }
    for (name, value) in features.members {
      guard case .object(let feature) = value, case .string(let type)? = feature["_type"] else {
        continue
      }
      switch type {
      case "Image": images.append(name)
      case "ClassLabel": labels.append((name, Self.names(feature["names"])))
      default: break
      }
    }
  }

  private static func names(_ value: JSONValue?) -> [String]? {
    guard case .array(let items)? = value else { return nil }
    let names = items.compactMap { if case .string(let name) = $0 { name } else { nil } }
    return names.count == items.count && !names.isEmpty ? names : nil
  }

  func classNames(of column: String) -> [String]? {
    labels.first { $0.name == column }?.classNames
  }
}
