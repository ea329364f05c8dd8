import CImageFiles

/// Why bytes are not a usable image.
public struct ImageFailure: Error, Equatable {
  public let reason: String

  public init(reason: String) {
    self.reason = reason
  }

  /// Calls a library with a place for its message, which becomes the error if it fails.
  ///
  /// - Parameter kind: what the bytes were to be, such as `JPEG`.
  static func check(_ kind: String, _ call: (UnsafeMutablePointer<CChar>) -> Bool) throws {
    _ = try value(kind) { call($0) ? true : nil }
  }

  /// Calls a library with a place for its message, which becomes the error if it returns nil.
  static func value<Result>(
    _ kind: String, _ call: (UnsafeMutablePointer<CChar>) -> Result?
  ) throws -> Result {
    var message = [CChar](repeating: 0, count: Int(ELIXIR_MESSAGE_SIZE))
    guard let result = message.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap(call) })
    else {
      let text = String(
        decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw ImageFailure(reason: "the \(kind) data are corrupt (\(text))")
    }
    return result
  }
}
