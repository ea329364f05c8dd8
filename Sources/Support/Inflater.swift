import CZlib

/// Decompresses Deflate data (RFC 1951) piece by piece, through zlib.
public final class Inflater {
  /// What stands around the compressed data.
  public enum Wrapper: Int32, Sendable {
    /// Nothing, as in zip archives.
    case none = -15
    /// The header and the check of zlib or of gzip, whichever there is.
    case any = 47
  }

  /// What is wrong with the data; the caller names the file.
  public struct Failure: Error {
    public let reason: String
  }

  // zlib keeps the address.
  private let stream: UnsafeMutablePointer<z_stream>

  public init(_ wrapper: Wrapper) throws(Failure) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard elixir_inflate_init(stream, wrapper.rawValue) == Z_OK else {
      throw Failure(reason: "there is no memory for zlib")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Decompresses until the input is used up, the output is full, or the data end.
  ///
  /// - Returns: Bytes read and written, and whether the data end there.
  public func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Failure) -> (read: Int, written: Int, isAtEnd: Bool) {
    let readable = UInt32(clamping: input.count)
    let writable = UInt32(clamping: output.count)
    // zlib wants addresses even where there is nothing to read or write.
    var nothing: (UInt8, UInt8) = (0, 0)
    let status = withUnsafeMutablePointer(to: &nothing.0) { spare in
      stream.pointee.next_in =
        UnsafeMutableRawPointer(mutating: input.baseAddress)?.assumingMemoryBound(to: UInt8.self)
        ?? spare
      stream.pointee.avail_in = readable
      stream.pointee.next_out =
        output.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? spare
      stream.pointee.avail_out = writable
      return CZlib.inflate(stream, Z_NO_FLUSH)
    }
    // Z_BUF_ERROR: nothing to do, for lack of input or of room.
    guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
      throw Failure(
        reason: "the compressed data are damaged"
          + (stream.pointee.msg.map { " (\(String(cString: $0)))" } ?? ""))
    }
    return (
      Int(readable - stream.pointee.avail_in), Int(writable - stream.pointee.avail_out),
      status == Z_STREAM_END
    )
  }

  /// Makes ready for other data of the same kind, such as the next member of a gzip file.
  public func reset() { inflateReset(stream) }
}
