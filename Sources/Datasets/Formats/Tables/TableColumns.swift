import Support

/// The choice of a table's columns of images and labels.
struct TableColumns: Sendable, Equatable {
  /// A column at the top of a table's schema.
  struct Candidate: Sendable {
    enum Role: Sendable {
      /// Bytes of image files, perhaps beside their names.
      case image
      /// One number, truth value or text a row.
      case label
      case other
    }

    let name: String
    let role: Role
  }

  let image: String
  /// nil if no column is one of labels.
  let label: String?

  private static let imageNames = ["image", "img", "images", "picture", "photo", "bytes", "data"]
  private static let labelNames = [
    "label", "labels", "fine_label", "class", "class_label", "target", "targets", "category", "y",
  ]

  /// By the user's word, the container's own, or the usual names.
  init(
    of candidates: [Candidate], features: HuggingFaceFeatures, options: DatasetOptions,
    path: String
  ) throws {
    image = try Self.image(of: candidates, features: features, options: options, path: path)
    label = try Self.label(of: candidates, features: features, options: options, path: path)
  }

  private static func image(
    of candidates: [Candidate], features: HuggingFaceFeatures, options: DatasetOptions,
    path: String
  ) throws -> String {
    let images = candidates.filter { $0.role == .image }.map(\.name)
    if let wanted = options.imageColumn {
      guard images.contains(wanted) else {
        throw wrong(wanted, "images", among: images, candidates, path)
      }
      return wanted
    }
    if let named = features.images.first(where: images.contains) { return named }
    if images.count == 1 { return images[0] }
    if let usual = imageNames.first(where: images.contains) { return usual }
    throw FileError.damaged(
      path: path,
      reason: images.isEmpty
        ? "it has no column of image files (\(list(candidates.map(\.name))))"
        : "it has several columns of images (\(list(images)))",
      advice: images.isEmpty
        ? "give a table with a column of bytes" : "say which of them holds the images")
  }

  private static func label(
    of candidates: [Candidate], features: HuggingFaceFeatures, options: DatasetOptions,
    path: String
  ) throws -> String? {
    let labels = candidates.filter { $0.role == .label }.map(\.name)
    if let wanted = options.labelColumn {
      guard labels.contains(wanted) else {
        throw wrong(wanted, "labels", among: labels, candidates, path)
      }
      return wanted
    }
    if let named = features.labels.map(\.name).first(where: labels.contains) { return named }
    return labelNames.lazy.compactMap { name in
      labels.first { $0 == name } ?? labels.first { $0.lowercased() == name }
    }.first
  }

  private static func wrong(
    _ wanted: String, _ kind: String, among fitting: [String], _ candidates: [Candidate],
    _ path: String
  ) -> FileError {
    let isThere = candidates.contains { $0.name == wanted }
    return .damaged(
      path: path,
      reason: isThere
        ? "its column '\(wanted)' holds no \(kind)" : "it has no column '\(wanted)'",
      advice: fitting.isEmpty
        ? "no column of it holds \(kind)" : "choose one of \(list(fitting))")
  }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }
}
