import Foundation
import Service
import TestSupport
import Testing

/// What a service needs before it serves anybody.
@Suite struct StartTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func tokens(_ text: String, mode: mode_t = 0o600) throws -> Tenants {
    try folder.write(Array(text.utf8), to: "tokens")
    chmod(folder.path + "/tokens", mode)
    return try Tenants(file: folder.path + "/tokens")
  }

  @Test func tokensThatOthersMayReadAreRefused() throws {
    let digest = String(repeating: "a", count: 64)
    _ = try tokens("alice \(digest)\n")
    for mode in [mode_t(0o640), 0o604, 0o620] {
      #expect(throws: ServiceError.self) { try tokens("alice \(digest)\n", mode: mode) }
    }
    for text in ["", "# nobody\n", "alice secret\n", "a/b \(digest)\n", "alice \(digest) more\n"] {
      #expect(throws: ServiceError.self) { try tokens(text) }
    }
  }

  @Test func aStoreIsForOneServiceAndOneUser() throws {
    let store = folder.path + "/store"
    let first = try Service(store: store, tenants: Tenants(token: "a"))
    #expect(throws: ServiceError.storeInUse(path: store)) {
      try Service(store: store, tenants: Tenants(token: "a"))
    }
    withExtendedLifetime(first) {}
    mkdir(folder.path + "/open", 0o755)
    #expect(throws: ServiceError.storeNotPrivate(path: folder.path + "/open")) {
      try Service(store: folder.path + "/open", tenants: Tenants(token: "a"))
    }
  }

  @Test(
    arguments: [
      ("127.0.0.1", true), ("127.1.2.3", true), ("::1", true), ("0.0.0.0", false), ("::", false),
      ("192.168.0.1", false), ("::ffff:127.0.0.1", false), ("localhost", nil), ("", nil),
    ] as [(String, Bool?)])
  func loopbackIsKnown(address: String, isLoopback: Bool?) {
    #expect(Service.isLoopback(address) == isLoopback)
  }

  @Test func aPortThatIsTakenIsTold() throws {
    let service = try Service(store: folder.path + "/a", tenants: Tenants(token: "a"))
    let port = try service.start(port: 0)
    let other = try Service(store: folder.path + "/b", tenants: Tenants(token: "a"))
    #expect(throws: ServiceError.self) { try other.start(port: port) }
    service.stop()
  }

  @Test func aKeyMustBePrivateAndFitItsCertificate() throws {
    let path = folder.path + "/key"
    try folder.write(Array("no key\n".utf8), to: "key")
    chmod(path, 0o640)
    #expect(throws: ServiceError.keyNotPrivate(path: path)) {
      try ServiceCertificate(certificate: path, key: path)
    }
    chmod(path, 0o600)
    let service = try Service(store: folder.path + "/a", tenants: Tenants(token: "a"))
    let certificate = try ServiceCertificate(certificate: path, key: path)
    #expect(throws: ServiceError.self) { try service.start(port: 0, certificate: certificate) }
  }
}
