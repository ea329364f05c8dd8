import Datasets
import FlyingFox
import Foundation
import RunStores
import Support

/// Answers the page's requests, one after another.
actor ReviewDesk: HTTPHandler {
  private let session: ReviewSession
  private let token: String
  private var hosts: Set<String> = []
  private(set) var address = ""

  /// Samples in one answer or one decision, at most.
  private static let most = 1000
  private static let mostBytes = 1 << 20

  init(
    folder: String, original: ImageDataset, purified: ImageDataset, token: String
  ) throws {
    session = try ReviewSession(folder: folder, original: original, purified: purified)
    self.token = token
  }

  func listen(on port: UInt16) {
    hosts = ["127.0.0.1:\(port)", "localhost:\(port)"]
    address = "http://127.0.0.1:\(port)/\(token)/"
  }

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    guard let host = request.headers[.host], hosts.contains(host) else {
      return Self.answer(.misdirectedRequest, "This page is served to this machine only.")
    }
    // The server leaves out a slash at the end.
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: false).map(
      String.init)
    guard parts.count >= 2, parts[0].isEmpty, SecretToken.isEqual(parts[1], token) else {
      return Self.answer(.notFound, "There is nothing here.")
    }
    do {
      switch (request.method, parts.dropFirst(2).first ?? "", parts.count) {
      case (.GET, "", _): return Self.answer(.ok, page, "text/html; charset=utf-8")
      case (.GET, "review.css", 3): return Self.answer(.ok, ReviewPage.css, "text/css")
      case (.GET, "review.js", 3): return Self.answer(.ok, ReviewPage.script, "text/javascript")
      case (.GET, "samples", 3):
        return try Self.json(try session.page(try Self.query(request)))
      case (.GET, "sample", 4): return try Self.json(try session.details(try Self.number(parts[3])))
      case (.GET, "picture", 5):
        guard let kind = SamplePicture(parts[4]) else { break }
        let png = try session.picture(kind, of: try Self.number(parts[3]))
        return Self.answer(.ok, Data(png), "image/png")
      case (.POST, "decide", 3): return try await decide(request)
      case (.POST, "undo", 3):
        try Self.requireJSON(request, from: hosts)
        return try Self.json(["samples": try session.store.undo()])
      default: break
      }
      return Self.answer(.notFound, "There is nothing here.")
    } catch let error as BadRequest {
      return Self.answer(.badRequest, error.reason)
    } catch let error as ReviewError {
      return Self.answer(.notFound, "\(error)")
    } catch let error as RunStoreError {
      return Self.answer(.conflict, "\(error)")
    } catch {
      return Self.answer(.internalServerError, "\(error)")
    }
  }

  private var page: String { ReviewPage.html(session.report) }

  private func decide(_ request: HTTPRequest) async throws -> HTTPResponse {
    try Self.requireJSON(request, from: hosts)
    guard let size = request.headers[.contentLength].flatMap({ Int($0) }), size <= Self.mostBytes
    else { throw BadRequest(reason: "a request of at most \(Self.mostBytes) bytes, with its size") }
    let body = try await request.bodyData
    guard let wish = try? JSONDecoder().decode(DecisionRequest.self, from: body),
      let decision = Decision(kind: wish.kind, label: wish.label),
      (1...Self.most).contains(wish.samples.count)
    else { throw BadRequest(reason: "no decision about 1 to \(Self.most) samples") }
    let step = try session.store.decide(decision, samples: wish.samples)
    return try Self.json(["step": step])
  }

  private struct BadRequest: Error {
    var reason: String
  }

  private static func query(_ request: HTTPRequest) throws -> SampleQuery {
    var query = SampleQuery(order: .doubt, limit: 60)
    for item in request.query where !item.value.isEmpty {
      switch item.name {
      case "label": query.label = try number(item.value)
      case "verdict": query.verdict = item.value
      case "changed": query.changed = item.value == "1"
      case "undecided": query.undecided = item.value == "1"
      case "offset": query.offset = try number(item.value)
      case "limit": query.limit = min(try number(item.value), most)
      case "order":
        guard let order = SampleQuery.Order(rawValue: item.value) else {
          throw BadRequest(reason: "there is no order '\(item.value)'")
        }
        query.order = order
      default: throw BadRequest(reason: "'\(item.name)' is no part of a query")
      }
    }
    return query
  }

  private static func number(_ text: String) throws -> Int {
    guard let number = Int(text), number >= 0 else {
      throw BadRequest(reason: "'\(text)' is no number")
    }
    return number
  }

  /// A page of another origin can send JSON, or an origin of its own, only if it is asked first.
  private static func requireJSON(_ request: HTTPRequest, from hosts: Set<String>) throws {
    guard request.headers[.contentType]?.hasPrefix("application/json") == true else {
      throw BadRequest(reason: "the request is no JSON")
    }
    if let origin = request.headers[HTTPHeader("Origin")],
      !hosts.contains(where: { origin == "http://\($0)" })
    {
      throw BadRequest(reason: "the request comes from another page")
    }
  }

  private static func json(_ value: some Encodable) throws -> HTTPResponse {
    answer(.ok, try JSONText.line(value), "application/json")
  }

  private static func answer(
    _ status: HTTPStatusCode, _ text: String, _ type: String = "text/plain; charset=utf-8"
  ) -> HTTPResponse {
    answer(status, Data(text.utf8), type)
  }

  private static func answer(
    _ status: HTTPStatusCode, _ data: Data, _ type: String
  ) -> HTTPResponse {
    HTTPResponse(
      statusCode: status,
      headers: [
        .contentType: type, .cacheControl: "no-store",
        HTTPHeader("Content-Security-Policy"):
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
          + "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        HTTPHeader("Referrer-Policy"): "no-referrer",
        HTTPHeader("X-Content-Type-Options"): "nosniff",
        HTTPHeader("Cross-Origin-Resource-Policy"): "same-origin",
      ], body: data)
  }
}
