import CBundledDenoiser
import Datasets
import Foundation

/// The small denoiser inside the program, which knows the images of `Shapes`.
enum BundledDenoiser {
  /// Writes it as a diffusers model folder.
  ///
  /// - Throws: `DatasetError` if the folder cannot be written.
  static func write(to folder: String) throws {
    do {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw DatasetError.unwritable(path: folder, reason: error.localizedDescription)
    }
    var index = 0
    while let name = elixirBundledDenoiserFile(index).name {
      let file = elixirBundledDenoiserFile(index)
      let bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
      try TextFile.write(bytes, to: folder + "/" + String(cString: name))
      index += 1
    }
  }
}
