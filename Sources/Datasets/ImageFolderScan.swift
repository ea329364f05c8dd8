import Foundation

/// The class folders and PNG files below a folder, sorted bytewise as torchvision does.
struct ImageFolderScan {
  let classNames: [String]
  /// Paths below the root.
  let names: [String]

  private static let otherImages: Set<String> = [
    "jpg", "jpeg", "ppm", "bmp", "pgm", "tif", "tiff", "webp",
  ]
  /// Folders within folders; a link that leads back up ends here.
  private static let depthLimit = 16

  init(_ root: String) throws {
    var names: [String] = []
    var classes: [String] = []
    for entry in try Self.list(root) where Self.isFolder(root + "/" + entry) {
      let before = names.count
      var others = 0
      try Self.walk(root, below: entry, depth: 1, into: &names, others: &others)
      if names.count == before && others > 0 {
        throw DatasetError.damaged(
          path: root + "/" + entry, reason: "the folder holds files but no PNG image",
          advice: "name the folder that holds one folder a class")
      }
      classes.append(entry)
    }
    classNames = classes
    self.names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static func walk(
    _ root: String, below folder: String, depth: Int, into names: inout [String],
    others: inout Int
  ) throws {
    guard depth <= depthLimit else {
      throw DatasetError.unreadable(
        path: root + "/" + folder, reason: "more than \(depthLimit) folders deep, perhaps a link")
    }
    for entry in try list(root + "/" + folder) {
      let name = folder + "/" + entry
      let kind = (entry as NSString).pathExtension.lowercased()
      if isFolder(root + "/" + name) {
        try walk(root, below: name, depth: depth + 1, into: &names, others: &others)
      } else if kind == "png" {
        names.append(name)
      } else if otherImages.contains(kind) {
        throw DatasetError.damaged(
          path: root + "/" + name, reason: "only PNG images are read", advice: "convert it to PNG")
      } else {
        others += 1
      }
    }
  }

  /// What a folder holds, hidden entries left out, sorted bytewise.
  private static func list(_ folder: String) throws -> [String] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: folder)
        .filter { !$0.hasPrefix(".") }
        .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    } catch {
      throw DatasetError.unreadable(path: folder, reason: "the folder cannot be listed")
    }
  }

  private static func isFolder(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && isFolder.boolValue
  }
}
