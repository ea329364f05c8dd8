import CBundledDenoiser
import Support

/// The small denoiser inside the program, which knows the images of `Shapes`.
enum BundledDenoiser {
  /// Writes it as a diffusers model folder.
  ///
  /// - Throws: `FileError` if the folder cannot be written.
  static func write(to folder: String) throws {
    try Directory.make(FileName(folder))
    var index = 0
    while let name = elixirBundledDenoiserFile(index).name {
      let file = elixirBundledDenoiserFile(index)
      let bytes = Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
      try RandomAccessFile.write(
        bytes, to: FileName(folder + "/" + String(cString: name)))
      index += 1
    }
  }
}
