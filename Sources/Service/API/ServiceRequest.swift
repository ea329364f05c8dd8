/// A request that has found its route.
struct ServiceRequest {
  let tenant: String
  let head: HTTPRequest
  let parameters: [String: String]

  /// The job that is asked for.
  var id: String { parameters["id"] ?? "" }
}
