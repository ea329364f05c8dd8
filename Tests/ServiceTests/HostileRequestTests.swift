import Foundation
import Service
import TestSupport
import Testing

/// What is no request gets a plain refusal, and the service goes on.
@Suite struct HostileRequestTests {
  private let served: ServedFolder

  init() throws {
    var limits = ServiceLimits()
    limits.connections = 8
    served = try ServedFolder(try TemporaryFolder(), limits: limits)
  }

  private func status(_ text: String) throws -> Int { try served.send(Array(text.utf8)).status }

  /// With 0 for a connection that is closed without an answer.
  @Test(arguments: [
    ("GET\r\n\r\n", 0),
    ("GET /v1/health HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    ("GET /v1/health\r\n\r\n", 400),
    ("GET http://a/v1/health HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /v1/health HTTP/1.1\r\n\r\n", 400),
    ("GET /v1/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
    ("GET /v1/health HTTP/1.1\r\nHost: a\r\n folded: b\r\n\r\n", 400),
    ("GET /v1/health HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400),
    ("GET /v1/health HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    ("GET /v1/%zz HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("GET /v1/%ff HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("GET /../v1/health HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("GET /v1//health HTTP/1.1\r\nHost: a\r\n\r\n", 404),
    ("GET /v1/health?x=1 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    ("BREW /v1/health HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("HEAD /v1/health HTTP/1.1\r\nHost: a\r\n\r\n", 405),
    ("POST /v1/health HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    ("POST /v1/health HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    ("POST /v1/health HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
    (
      "POST /v1/health HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400
    ),
    (
      "POST /v1/purify/random-noise HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wonderland\r\n"
        + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411
    ),
  ])
  func isRefused(text: String, expected: Int) throws {
    // A request that could be followed by another says that it is not.
    let sent = text.replacingOccurrences(
      of: "Host: a\r\n\r\n", with: "Host: a\r\nConnection: close\r\n\r\n")
    #expect(try status(sent) == expected)
    #expect(try served.ask("GET", "/v1/health").status == 200)
  }

  @Test func endlessHeadsAreRefused() throws {
    let long = "GET /" + String(repeating: "a", count: 70_000)
    #expect(try status(long + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414)
    let many = (0..<20_000).map { "A\($0): b\r\n" }.joined()
    #expect(try status("GET /v1/health HTTP/1.1\r\nHost: a\r\n\(many)\r\n") == 431)
  }

  @Test func aBodyThatIsCutShortMakesNoJob() throws {
    let connection = try RawConnection(port: served.port)
    connection.send(
      Array(
        ("POST /v1/purify/random-noise HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer wonderland\r\n"
          + "Content-Length: 1000\r\n\r\nonly this").utf8))
    connection.endSending()
    #expect(connection.readAll().isEmpty)
    #expect(try served.ask("GET", "/v1/jobs").text == "{\"jobs\":[]}\n")
    #expect(try served.folder.entries("store/jobs").isEmpty)
  }

  /// Else a refused body would be taken for requests of its own.
  @Test func aBodyThatIsNotReadIsNoRequest() throws {
    let smuggled = "GET /v1/health HTTP/1.1\r\nHost: a\r\n\r\n"
    for size in [smuggled.utf8.count, 1 << 20] {
      let body = smuggled + String(repeating: "x", count: size - smuggled.utf8.count)
      let answer = try served.send(
        Array(
          ("POST /v1/purify/random-noise HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n"
            + body + "GET /v1/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").utf8))
      #expect(answer.status == 401)
      // The connection is at its end.
      #expect(!answer.text.contains("HTTP/1.1 "))
    }
  }

  @Test func aClientThatWaitsIsToldToGoOn() throws {
    let connection = try RawConnection(port: served.port)
    func head(_ token: String) -> [UInt8] {
      Array(
        ("POST /v1/purify/random-noise HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n"
          + "Content-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n").utf8)
    }
    connection.send(head("wonderland"))
    #expect(String(decoding: connection.read(), as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    connection.send(Array("true".utf8))
    #expect(String(decoding: connection.readAll(), as: UTF8.self).hasPrefix("HTTP/1.1 201 "))
    // One that is refused is not.
    #expect(try served.send(head("wrong")).status == 401)
  }

  @Test func tooManyConnectionsAreRefused() throws {
    do {
      let open = try (0..<8).map { _ in try RawConnection(port: served.port) }
      for connection in open { connection.send(Array("GET /v1/health HTTP/1.1\r\n".utf8)) }
      // It is closed without an answer.
      #expect(try served.ask("GET", "/v1/health").status == 0)
      for connection in open {
        connection.send(Array("Host: a\r\nConnection: close\r\n\r\n".utf8))
        #expect(String(decoding: connection.readAll(), as: UTF8.self).hasPrefix("HTTP/1.1 200 "))
      }
    }
    // Those that have ended make room.
    while try served.ask("GET", "/v1/health").status != 200 { usleep(10_000) }
  }
}
