import Foundation
import Service
import TestSupport
import Testing

/// A service over a folder, whose jobs run the uploaded file as a shell script, not `purify`.
final class ServedFolder {
  let folder: TemporaryFolder
  let service: Service
  let port: UInt16

  /// Of two tenants, by their tokens.
  static let tokens = ["alice": "wonderland", "bob": "builder"]

  init(
    _ folder: TemporaryFolder, limits: ServiceLimits = ServiceLimits(),
    models: [String: String] = [:]
  ) throws {
    self.folder = folder
    try folder.write(Array("#!/bin/sh\n. ./dataset.zip\n".utf8), to: "program")
    chmod(folder.path + "/program", 0o700)
    // By `printf %s TOKEN | sha256sum`.
    let digests = """
      # tenant, token
      alice a71a7c7011f53a1bab3642ec2ce12593f05230ace8de1e3e7645f69efac1443d
      bob   df6b07176a9b17cc4c9afc257bd404732e7d09b76436c7890f7b7be14e579794
      """
    try folder.write(Array(digests.utf8), to: "tokens")
    chmod(folder.path + "/tokens", 0o600)
    service = try Service(
      store: folder.path + "/store", tenants: try Tenants(file: folder.path + "/tokens"),
      limits: limits,
      worker: .init(
        program: folder.path + "/program", arguments: ["--device", "cpu"], models: models),
      version: "test")
    port = try service.start(port: 0)
  }

  /// Writes a result, as a script.
  static func result(_ outcome: String = "purified") -> String {
    """
    mkdir purified; echo '{"schema":1,"outcome":"\(outcome)","conclusion":"It is so."}' \
    >purified/report.json; echo '<html>' >purified/report.html; echo data >purified/a.bin
    """
  }

  /// Waits until the job is told to go on, as a script.
  static func waiting(for word: String) -> String { "until [ -e \(word) ]; do sleep 0.02; done; " }

  /// Tells a job that waits for a word.
  func tell(_ id: String, _ word: String) throws {
    try folder.write([], to: "store/jobs/\(id)/\(word)")
  }

  struct Answer {
    let status: Int
    let head: String
    let body: [UInt8]
    var text: String { String(decoding: body, as: UTF8.self) }
    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any]) ?? [:]
    }
  }

  func ask(
    _ method: String, _ path: String, as tenant: String? = "alice", body: String? = nil
  ) throws -> Answer {
    var head = "\(method) \(path) HTTP/1.1\r\nHost: test\r\nConnection: close\r\n"
    if let tenant { head += "Authorization: Bearer \(Self.tokens[tenant] ?? tenant)\r\n" }
    if let body { head += "Content-Length: \(body.utf8.count)\r\n" }
    return try send(Array((head + "\r\n" + (body ?? "")).utf8))
  }

  /// Sends bytes as they are, and takes what comes until the service closes the connection.
  func send(_ bytes: [UInt8]) throws -> Answer {
    let connection = try RawConnection(port: port)
    connection.send(bytes)
    let received = connection.readAll()
    let parts = String(decoding: received, as: UTF8.self).components(separatedBy: "\r\n\r\n")
    let status = parts[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    let headBytes = Array(parts[0].utf8).count + 4
    var body = Array(received.dropFirst(headBytes))
    if parts[0].contains("Transfer-Encoding: chunked") { body = Self.joined(body) }
    return Answer(status: status, head: parts[0], body: body)
  }

  /// The contents of chunks (RFC 9112, section 7.1), which must have their end.
  private static func joined(_ chunks: [UInt8]) -> [UInt8] {
    var (rest, joined) = (chunks[...], [UInt8]())
    while let end = rest.firstIndex(of: 13) {
      let size = Int(String(decoding: rest[..<end], as: UTF8.self), radix: 16) ?? 0
      if size == 0 { return joined }
      joined += rest.dropFirst(end + 2 - rest.startIndex).prefix(size)
      rest = rest.dropFirst(end + 2 - rest.startIndex + size + 2)
    }
    Issue.record("The last chunk is missing.")
    return joined
  }

  /// Uploads a script as the dataset, and returns the job's name.
  func submit(
    _ script: String, as tenant: String = "alice",
    to path: String = "/v1/purify/random-noise"
  ) throws -> String {
    let answer = try ask("POST", path, as: tenant, body: script)
    #expect(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["id"] as? String)
  }

  func state(_ id: String, as tenant: String = "alice") throws -> String {
    try ask("GET", "/v1/jobs/\(id)", as: tenant).json["state"] as? String ?? "none"
  }

  /// Waits until a job is in a state, or finished.
  @discardableResult func wait(_ id: String, for state: String = "") throws -> [String: Any] {
    for _ in 0..<6000 {
      let job = try ask("GET", "/v1/jobs/\(id)").json
      let now = job["state"] as? String ?? "none"
      if now == state || ["done", "unsure", "failed", "cancelled", "none"].contains(now) {
        return job
      }
      usleep(20_000)
    }
    Issue.record("The job \(id) comes to no end.")
    return [:]
  }
}
