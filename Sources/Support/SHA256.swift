/// The SHA-256 digest (FIPS 180-4): the identity of datasets, weights and cached programs.
///
///     var hash = SHA256()
///     hash.add(name)               // a text, its end marked
///     hash.add(bytes)
///     let digits = hash.hexDigest  // 64 hexadecimal digits
public struct SHA256: Sendable {
  private var state: SIMD8<UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// Fewer than 64 bytes that wait for more.
  private var pending: [UInt8] = []
  private var count: UInt64 = 0

  public init() { pending.reserveCapacity(64) }

  public mutating func add(_ bytes: UnsafeRawBufferPointer) {
    count += UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let missing = rest.prefix(64 - pending.count)
      pending += missing
      rest = rest.dropFirst(missing.count)
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { Self.compress($0, into: &state) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 64 * 64
    Self.compress(UnsafeRawBufferPointer(rebasing: rest.prefix(whole)), into: &state)
    pending += rest.dropFirst(whole)
  }

  public mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }

  /// Adds a name or text with its end marked, so that neighbours cannot run together.
  public mutating func add(_ name: FileName) { add(name.bytes + [0]) }
  public mutating func add(_ text: String) { add(Array(text.utf8) + [0]) }

  /// Adds the bits of numbers, in their order in memory.
  public mutating func add(bitsOf values: [Float]) { values.withUnsafeBytes { add($0) } }

  /// The digest of what was added.
  private var digest: SIMD8<UInt32> {
    var tail = pending + [0x80]
    while tail.count % 64 != 56 { tail.append(0) }
    withUnsafeBytes(of: (count * 8).bigEndian) { tail += $0 }
    var result = state
    tail.withUnsafeBytes { Self.compress($0, into: &result) }
    return result
  }

  /// 64 hexadecimal digits.
  public var hexDigest: String {
    let digest = digest
    return digest.indices.map { index in
      let digits = String(digest[index], radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  public static func hexDigest(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.add(bytes)
    return hash.hexDigest
  }

  /// The digest of a file that may be large.
  public static func hexDigest(ofFile path: String) throws -> String {
    var hash = SHA256()
    try RandomAccessFile(path).forEachBlock { _, bytes in hash.add(bytes) }
    return hash.hexDigest
  }

  /// The first 64 bits of the digest: the check of a journal's record.
  ///
  /// It need only notice a torn or altered record; a second kind of checksum would gain nothing
  /// beside the work whose results are recorded.
  public static func checksum(_ bytes: [UInt8]) -> UInt64 {
    var hash = SHA256()
    hash.add(bytes)
    let digest = hash.digest
    return UInt64(digest[0]) << 32 | UInt64(digest[1])
  }
}
