import Support

/// What people have in the place of weights, told by its first bytes.
enum ForeignFile {
  /// Refuses a file that is certainly something else, saying what it is.
  static func check(_ file: RandomAccessFile) throws {
    let bytes = try file.bytes(at: 0, count: min(file.size, 512))
    if let (kind, advice) = kind(of: bytes, size: file.size) {
      throw CheckpointError.foreignFile(
        path: file.path.description, kind: kind, advice: advice)
    }
  }

  private static func kind(of bytes: [UInt8], size: Int) -> (kind: String, advice: String)? {
    let text = String(decoding: bytes.prefix(64), as: UTF8.self).lowercased()
    if size == 0 { return ("an empty file", "download it again") }
    if text.hasPrefix("version https://git-lfs") {
      return ("a Git LFS pointer in the place of the file", "fetch it with 'git lfs pull'")
    }
    let start = text.drop { $0.isWhitespace }
    if start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<?xml") {
      return (
        "a web page, probably an error message of the server, not a torch or safetensors file",
        "download it again"
      )
    }
    if bytes.dropFirst(257).starts(with: "ustar".utf8) {
      return ("a tar archive", "unpack it and name the file of weights within")
    }
    if bytes.starts(with: [0x1F, 0x8B]) { return ("compressed by gzip", "unpack it") }
    if bytes.starts(with: [0x89] + "HDF".utf8) {
      return ("an HDF5 file, as of Keras", "save the weights as safetensors")
    }
    if start.hasPrefix("{"), bytes.dropFirst(8).first != UInt8(ascii: "{") {
      return ("a JSON file", "name the file of weights, or an index that ends in .json")
    }
    // A length of a safetensors header comes before a brace.
    if bytes.count > 8, bytes[0] == 0x80, (2...5).contains(bytes[1]),
      bytes[8] != UInt8(ascii: "{"), !TorchFile.begins(bytes)
    {
      return ("a Python pickle that torch.save did not write", "save model.state_dict()")
    }
    return nil
  }
}
