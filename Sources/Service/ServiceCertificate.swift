import Support

/// What a service encrypts connections with: a certificate, and the key that belongs to it.
public struct ServiceCertificate: Sendable {
  let certificate: String
  let key: String

  /// Reads PEM files.
  ///
  /// - Parameters:
  ///   - certificate: the service's, followed by those that vouch for it.
  ///   - key: a file that nobody else may read.
  /// - Throws: `FileError`, `ServiceError.keyNotPrivate`.
  public init(certificate: String, key: String) throws {
    self.certificate = try TextFile.read(certificate)
    self.key = try TextFile.read(key)
    guard Directory.isSecret(FileName(key)) else { throw ServiceError.keyNotPrivate(path: key) }
  }
}
