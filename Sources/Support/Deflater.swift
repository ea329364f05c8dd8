import CZlib

/// Compresses to Deflate data (RFC 1951) piece by piece, through zlib at its usual level.
public final class Deflater {
  /// What stands around the compressed data.
  public enum Wrapper: Int32, Sendable {
    /// Nothing, as in zip archives.
    case none = -15
    /// The header and the check of gzip (RFC 1952), without a name or a time.
    case gzip = 31
  }

  // zlib keeps the address.
  private let stream: UnsafeMutablePointer<z_stream>
  private var buffer = [UInt8](repeating: 0, count: 1 << 18)

  public init(_ wrapper: Wrapper) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let status = elixir_deflate_init(stream, Z_DEFAULT_COMPRESSION, wrapper.rawValue)
    precondition(status == Z_OK, "Deflater: zlib says \(status)")
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// Compresses some bytes, less than 4 GiB, and gives what is ready to `body`.
  ///
  /// - Parameter isLast: ends the data.
  public func deflate(
    _ input: UnsafeRawBufferPointer, isLast: Bool, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    stream.pointee.next_in = UnsafeMutableRawPointer(mutating: input.baseAddress)?
      .assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_in = UInt32(input.count)
    repeat {
      let count = buffer.withUnsafeMutableBufferPointer { output in
        stream.pointee.next_out = output.baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        _ = CZlib.deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
        return output.count - Int(stream.pointee.avail_out)
      }
      try buffer.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    } while stream.pointee.avail_out == 0
  }
}
