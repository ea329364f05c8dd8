/// A kind of request: what is served and what the OpenAPI description says, in one place.
struct Route: Sendable {
  let method: String
  /// With `{id}` for a part that may be anything.
  let path: [String]
  let summary: String
  /// Whether it is for anybody, without a token.
  var isPublic = false
  /// What may stand in the query, and is looked at.
  var options: [JobOption] = []
  var requiredOptions: Set<String> = []
  var takesDataset = false
  /// Answers besides those that all requests may get.
  let answers: [Answer]
  let handler: @Sendable (ServiceRequest) throws -> HTTPReply

  /// What may come back.
  struct Answer: Sendable {
    let status: HTTPStatus
    let meaning: String
    /// The content's type, and the schema's name if it is JSON.
    var type: String?
    var schema: String?
  }

  /// The path as OpenAPI writes it.
  var template: String { "/" + path.joined(separator: "/") }

  /// The parts that stand for parameters, if this is the path; nil if it is not.
  func parameters(of path: [String]) -> [String: String]? {
    guard path.count == self.path.count else { return nil }
    var parameters: [String: String] = [:]
    for (expected, part) in zip(self.path, path) {
      if expected.hasPrefix("{") {
        parameters[String(expected.dropFirst().dropLast())] = part
      } else if expected != part {
        return nil
      }
    }
    return parameters
  }
}
