import CZlib

/// Blocks of Deflate data (RFC 1951) in memory, through zlib.
package enum Deflate {
  /// What stands around the compressed bytes.
  enum Wrapper: Int32 {
    /// Nothing, as in zip archives.
    case none = -15
    /// The headers of zlib or gzip.
    case any = 47
  }

  /// Writes the bytes of all members that the input holds; returns how many.
  static func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, wrapper: Wrapper
  ) throws -> Int {
    var stream = z_stream()
    guard elixir_inflate_init(&stream, wrapper.rawValue) == Z_OK else {
      throw CompressionFailure(reason: "zlib has no memory")
    }
    defer { inflateEnd(&stream) }
    guard let input32 = UInt32(exactly: input.count), let output32 = UInt32(exactly: output.count)
    else { throw CompressionFailure(reason: "the block is larger than 4 GiB") }
    // zlib wants an address even where it is to write nothing.
    var empty: UInt8 = 0
    return try withUnsafeMutableBytes(of: &empty) { empty in
      stream.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
        .assumingMemoryBound(to: UInt8.self)
      stream.avail_in = input32
      stream.next_out = (output.baseAddress ?? empty.baseAddress)?
        .assumingMemoryBound(to: UInt8.self)
      stream.avail_out = output32
      while true {
        let status = CZlib.inflate(&stream, Z_FINISH)
        guard status == Z_STREAM_END else {
          throw CompressionFailure(
            reason: "its Deflate data cannot be decompressed: "
              + (stream.msg.map { String(cString: $0) }
                ?? (stream.avail_out == 0 ? "they are too many" : "they are cut short")))
        }
        guard stream.avail_in > 0 else { return output.count - Int(stream.avail_out) }
        inflateReset(&stream)
      }
    }
  }

  /// A gzip member at zlib's usual level.
  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    guard elixir_deflate_init(&stream, Z_DEFAULT_COMPRESSION, 31) == Z_OK else {
      throw CompressionFailure(reason: "zlib has no memory")
    }
    defer { deflateEnd(&stream) }
    guard let count = UInt32(exactly: bytes.count) else {
      throw CompressionFailure(reason: "the block is larger than 4 GiB")
    }
    let capacity = deflateBound(&stream, UInt(bytes.count))
    return try bytes.withUnsafeBytes { input in
      try [UInt8](unsafeUninitializedCapacity: Int(capacity)) { output, filled in
        stream.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
          .assumingMemoryBound(to: UInt8.self)
        stream.avail_in = count
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(clamping: output.count)
        guard deflate(&stream, Z_FINISH) == Z_STREAM_END else {
          throw CompressionFailure(reason: "zlib failed")
        }
        filled = output.count - Int(stream.avail_out)
      }
    }
  }

  /// The CRC-32 of bytes (IEEE 802.3), as PNG, gzip and Parquet have it.
  package static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    bytes.withUnsafeBufferPointer {
      UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count))
    }
  }
}
