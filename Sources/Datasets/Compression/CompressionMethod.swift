import CCompression
import Support

/// How a block of bytes of known size is compressed.
package enum CompressionMethod: String, Sendable {
  case none, snappy, gzip, brotli, zstd
  case lz4Block = "LZ4 block"
  case lz4Frame = "LZ4 frame"

  /// The bytes of a block, which must be `size` of them.
  ///
  /// The caller has checked that so many may be allocated.
  package func decompress(_ bytes: ArraySlice<UInt8>, size: Int) throws -> [UInt8] {
    if self == .none {
      guard bytes.count == size else { throw failure("\(bytes.count) bytes instead of \(size)") }
      return Array(bytes)
    }
    return try bytes.withUnsafeBytes { input in
      try [UInt8](unsafeUninitializedCapacity: size) { output, filled in
        filled = try decompress(input, into: UnsafeMutableRawBufferPointer(output))
        guard filled == size else { throw failure("\(filled) bytes instead of \(size)") }
      }
    }
  }

  private func decompress(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws -> Int {
    guard let source = input.baseAddress else { throw failure("no bytes") }
    // A place to write to also where nothing is to be written.
    var empty: UInt8 = 0
    return try withUnsafeMutableBytes(of: &empty) { empty in
      guard let target = output.baseAddress ?? empty.baseAddress else {
        preconditionFailure("CompressionMethod: no address")
      }
      var size = output.count
      switch self {
      case .none: output.copyMemory(from: input)
      case .snappy:
        guard snappy_uncompress(source, input.count, target, &size) == SNAPPY_OK else {
          throw failure("the data are corrupt")
        }
      case .gzip: size = try Deflate.inflate(input, into: output, wrapper: .any)
      case .brotli:
        guard
          BrotliDecoderDecompress(input.count, source, &size, target)
            == BROTLI_DECODER_RESULT_SUCCESS
        else { throw failure("the data are corrupt") }
      case .zstd:
        size = ZSTD_decompress(target, size, source, input.count)
        guard ZSTD_isError(size) == 0 else {
          throw failure(String(cString: ZSTD_getErrorName(size)))
        }
      case .lz4Block:
        let written = LZ4_decompress_safe(
          source, target, Int32(clamping: input.count), Int32(clamping: output.count))
        guard written >= 0 else { throw failure("the data are corrupt") }
        size = Int(written)
      case .lz4Frame: size = try decompressFrame(source, input.count, target, size)
      }
      return size
    }
  }

  private func decompressFrame(
    _ source: UnsafeRawPointer, _ sourceSize: Int, _ target: UnsafeMutableRawPointer,
    _ targetSize: Int
  ) throws -> Int {
    var context: OpaquePointer?
    guard LZ4F_isError(LZ4F_createDecompressionContext(&context, UInt32(LZ4F_VERSION))) == 0
    else { throw failure("no memory") }
    defer { LZ4F_freeDecompressionContext(context) }
    var (read, written) = (0, 0)
    while true {
      var (input, output) = (sourceSize - read, targetSize - written)
      let hint = LZ4F_decompress(
        context, target + written, &output, source + read, &input, nil)
      guard LZ4F_isError(hint) == 0 else {
        throw failure(String(cString: LZ4F_getErrorName(hint)))
      }
      read += input
      written += output
      if hint == 0 { return written }
      guard input > 0 || output > 0 else { throw failure("the data are cut short") }
    }
  }

  func failure(_ reason: String) -> CompressionFailure {
    CompressionFailure(reason: "its \(rawValue) data cannot be decompressed: \(reason)")
  }
}
