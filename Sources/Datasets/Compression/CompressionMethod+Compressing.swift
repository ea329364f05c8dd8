import CCompression

extension CompressionMethod {
  /// A block of compressed bytes, at the levels that Parquet and Arrow writers use.
  package func compress(_ bytes: [UInt8]) throws -> [UInt8] {
    if self == .none { return bytes }
    if self == .gzip { return try Deflate.gzip(bytes) }
    let capacity =
      switch self {
      case .snappy: snappy_max_compressed_length(bytes.count)
      case .brotli: BrotliEncoderMaxCompressedSize(bytes.count)
      case .zstd: ZSTD_compressBound(bytes.count)
      case .lz4Block: Int(LZ4_compressBound(Int32(clamping: bytes.count)))
      default: LZ4F_compressFrameBound(bytes.count, nil)
      }
    // LZ4 and brotli say 0 for what is too large for them.
    guard capacity > 0 else {
      throw CompressionFailure(reason: "\(bytes.count) bytes are too many for \(rawValue)")
    }
    return try bytes.withUnsafeBytes { input in
      try [UInt8](unsafeUninitializedCapacity: capacity) { output, filled in
        filled = try compress(input, into: UnsafeMutableRawBufferPointer(output))
      }
    }
  }

  private func compress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    guard let target = output.baseAddress else {
      preconditionFailure("CompressionMethod: no address")
    }
    // An empty array may have no address; nothing is read from this one.
    let source = input.baseAddress ?? UnsafeRawPointer(target)
    var size = output.count
    let isWritten: Bool
    switch self {
    case .snappy:
      isWritten = snappy_compress(source, input.count, target, &size) == SNAPPY_OK
    case .brotli:
      isWritten =
        BrotliEncoderCompress(
          BROTLI_DEFAULT_QUALITY, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, input.count,
          source, &size, target) != 0
    case .zstd:
      size = ZSTD_compress(target, size, source, input.count, ZSTD_CLEVEL_DEFAULT)
      isWritten = ZSTD_isError(size) == 0
    case .lz4Block:
      size = Int(LZ4_compress_default(source, target, Int32(input.count), Int32(clamping: size)))
      isWritten = size > 0
    default:
      size = LZ4F_compressFrame(target, size, source, input.count, nil)
      isWritten = LZ4F_isError(size) == 0
    }
    guard isWritten else { throw CompressionFailure(reason: "\(rawValue) failed") }
    return size
  }
}
