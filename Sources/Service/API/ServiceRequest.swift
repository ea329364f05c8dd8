/// A request that has found its route.
struct ServiceRequest {
  let tenant: String
  let head: RequestHead
  let parameters: [String: String]
  let reader: RequestReader

  /// The job that is asked for.
  var id: String { parameters["id"] ?? "" }
}
