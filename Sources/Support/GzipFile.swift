/// Files compressed by gzip (RFC 1952).
public enum GzipFile {
  /// Bytes that are unpacked at most, where nothing else says how many there must be.
  public static let sizeLimit = 1 << 36

  private static let blockSize = 1 << 20

  /// Whether a file begins as those do.
  public static func begins(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.starts(with: [0x1F, 0x8B])
  }

  /// The contents of all members of a file, in a temporary one.
  ///
  /// - Parameter limit: tells from the first bytes of the contents, 256 if there are so many, how
  ///   many bytes there must be; nil if that is not known.
  /// - Throws: `FileError.damaged` if the file is cut short or has more than that.
  public static func unpack(
    _ source: RandomAccessFile, limit: (_ beginning: [UInt8]) throws -> Int? = { _ in nil }
  ) throws -> RandomAccessFile {
    func damaged(_ reason: String) -> FileError {
      .damaged(path: source.path.description, reason: reason, advice: "fetch it again")
    }
    return try TemporaryFile.make { output in
      var beginning: [UInt8] = []
      var most: Int?
      var isAtEnd = false
      var block = [UInt8](repeating: 0, count: blockSize)
      do {
        let inflater = try Inflater(.any)
        try source.forEachBlock { _, bytes in
          try bytes.withUnsafeBytes { input in
            var rest = input
            while true {
              // Zeros may follow the last member.
              if isAtEnd {
                while rest.first == 0 { rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst()) }
                if rest.isEmpty { return }
                guard rest.first == 0x1F else {
                  throw damaged("what follows its compressed data is none")
                }
                inflater.reset()
                isAtEnd = false
              }
              let step = try block.withUnsafeMutableBytes { block in
                let step = try inflater.inflate(rest, into: block)
                let found = UnsafeRawBufferPointer(rebasing: block[..<step.written])
                if beginning.count < 256 { beginning += found.prefix(256 - beginning.count) }
                if most == nil, beginning.count == 256 { most = try limit(beginning) ?? sizeLimit }
                guard output.count + found.count <= most ?? sizeLimit else {
                  throw damaged(
                    "it has more than the \(most ?? sizeLimit) bytes that its beginning announces")
                }
                try output.append(found)
                return step
              }
              rest = UnsafeRawBufferPointer(rebasing: rest[step.read...])
              isAtEnd = step.isAtEnd
              if rest.isEmpty, isAtEnd || step.written < blockSize { return }
            }
          }
        }
      } catch let failure as Inflater.Failure {
        throw damaged(failure.reason)
      }
      guard isAtEnd else { throw damaged("it is cut short") }
    }
  }

  /// Compresses a file's bytes into a new file.
  public static func pack(_ file: RandomAccessFile, to path: FileName) throws {
    let output = AppendOnlyFile(try RandomAccessFile(path, .create))
    let deflater = Deflater(.gzip)
    try file.forEachBlock { _, bytes in
      try bytes.withUnsafeBytes { try deflater.deflate($0, isLast: false, output.append) }
    }
    try deflater.deflate(UnsafeRawBufferPointer(start: nil, count: 0), isLast: true, output.append)
  }
}
