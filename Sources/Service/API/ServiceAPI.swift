import Foundation
import Support
import Synchronization

/// What a service answers: finds a request's route and tenant, and nothing for anybody else.
final class ServiceAPI: Sendable {
  let queue: JobQueue
  /// Paths of models by the names that clients use.
  let models: [String: String]
  let version: String
  /// What can be asked for.
  let methods: [JobMethod]
  private let tenants: Mutex<Tenants>

  init(queue: JobQueue, tenants: Tenants, models: [String: String], version: String) {
    self.queue = queue
    self.models = models
    methods = JobMethod.all(models: Array(models.keys))
    self.version = version
    self.tenants = Mutex(tenants)
  }

  /// Takes other tokens from now on.
  func replace(_ tenants: Tenants) { self.tenants.withLock { $0 = tenants } }

  func answer(_ request: HTTPRequest) throws -> HTTPReply {
    let found = routes.compactMap { route in
      route.parameters(of: request.path).map { (route, $0) }
    }
    guard !found.isEmpty else { throw HTTPFailure(.notFound, "There is nothing here.") }
    guard let (route, parameters) = found.first(where: { $0.0.method == request.method }) else {
      let allowed = found.map(\.0.method).sorted().joined(separator: ", ")
      throw HTTPFailure(
        .methodNotAllowed, "Use \(allowed).", headers: [HTTPField("Allow", allowed)])
    }
    let tenant = route.isPublic ? "" : try tenant(request)
    if !route.takesDataset, let item = request.query.first {
      throw HTTPFailure(.badRequest, "There is no parameter '\(item.name.prefix(80))' here.")
    }
    return try route.handler(
      ServiceRequest(tenant: tenant, head: request, parameters: parameters))
  }

  private func tenant(_ request: HTTPRequest) throws -> String {
    let words = (request.fields["authorization"] ?? "").split(separator: " ")
    guard words.count == 2, words[0].lowercased() == "bearer",
      let tenant = tenants.withLock({ $0.tenant(of: String(words[1])) })
    else {
      throw HTTPFailure(
        .unauthorized, "Send a token: 'Authorization: Bearer TOKEN'.",
        headers: [HTTPField("WWW-Authenticate", "Bearer")])
    }
    return tenant
  }
}
