import Support

/// Files that methods, attacks and marks put beside the copy of a dataset.
package enum AddedFiles {
  private static let names: Set<String> = [
    // Purification.
    "purified.csv", "report.json", "report.html", "timings.json", "run.sqlite", "grid.png",
    "samples.png", "reference.txt", "rounds.svg", "features.svg", "victim.safetensors",
    "benign.safetensors",
    // Attacks and marks.
    GroundTruth.poisonFile, "poison-preview.png", "target.png", "trigger.npy",
    "trigger.safetensors", "surrogate.safetensors", GroundTruth.markFile, "mark-preview.png",
  ]

  /// Whether a file of this name may be written; that of a trigger's picture has a number.
  package static func contain(_ name: FileName) -> Bool {
    let text = name.description
    if names.contains(text) || text == "trigger.png" { return true }
    guard text.hasPrefix("trigger-"), text.hasSuffix(".png") else { return false }
    let number = text.dropFirst("trigger-".count).dropLast(".png".count)
    return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber }
  }
}

extension ImageDataset {
  /// Throws where a folder or an image has a name that a file beside the copy will need, to be
  /// called before any work.
  public func requireNamesForAddedFiles() throws {
    guard let name = indexed.namesInCopy.filter(AddedFiles.contain).min() else { return }
    throw FileError.damaged(
      path: path, reason: "it has '\(name)', a name that is needed for a file beside the copy",
      advice: "rename it")
  }
}
