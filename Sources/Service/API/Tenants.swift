import Support

/// Who may use a service: the tenants' names, by the SHA-256 of their tokens.
public struct Tenants: Sendable {
  private let entries: [(tenant: String, digest: String)]

  /// One tenant, `local`.
  public init(token: String) { entries = [("local", Self.digest(token))] }

  /// Reads a file with a line for each token: the tenant's name, and the token's SHA-256 in
  /// hexadecimal digits.
  ///
  /// Empty lines and those that begin with # say nothing.
  ///
  /// - Throws: `FileError`, or `ServiceError.tokens` if it is not such, or others may read it.
  public init(file path: String) throws {
    let text = try TextFile.read(path)
    func refusal(_ reason: String) -> ServiceError { .tokens(path: path, reason: reason) }
    guard Directory.isSecret(FileName(path)) else {
      throw refusal("others may read it; make it private (chmod 600)")
    }
    var entries: [(tenant: String, digest: String)] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard let tenant = words.first, !tenant.hasPrefix("#") else { continue }
      let isName = tenant.utf8.allSatisfy { byte in
        let character = Character(Unicode.Scalar(byte))
        return character.isASCII && (character.isLetter || character.isNumber)
          || "-_.@".utf8.contains(byte)
      }
      guard words.count == 2, isName, tenant.count <= 64, words[1].count == 64,
        words[1].allSatisfy(\.isHexDigit)
      else {
        throw refusal("line \(number + 1) is not a tenant's name and 64 hexadecimal digits")
      }
      entries.append((String(tenant), words[1].lowercased()))
    }
    guard !entries.isEmpty else { throw refusal("there is no token in it") }
    self.entries = entries
  }

  /// The tenant whose token this is; all are compared, whichever it is.
  func tenant(of token: String) -> String? {
    let digest = Self.digest(token)
    var found: String?
    for entry in entries where SecretToken.isEqual(entry.digest, digest) { found = entry.tenant }
    return found
  }

  private static func digest(_ token: String) -> String { SHA256.hexDigest(Array(token.utf8)) }
}
