import Foundation

/// The OpenAPI description, which is made of the routes that are served.
extension ServiceAPI {
  func description() throws -> HTTPAnswer {
    let bytes = try JSONSerialization.data(
      withJSONObject: openAPI, options: [.sortedKeys, .withoutEscapingSlashes])
    return HTTPAnswer(.ok, "application/json", .bytes(Array(bytes)))
  }

  private var openAPI: [String: Any] {
    var paths: [String: [String: Any]] = [:]
    for route in routes {
      paths[route.template, default: [:]][route.method.lowercased()] = operation(route)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "elixir-gpu", "version": version,
        "description": "Purifies image datasets that may be poisoned.",
      ],
      "security": [["token": [String]()]],
      "paths": paths,
      "components": [
        "securitySchemes": ["token": ["type": "http", "scheme": "bearer"]],
        "schemas": schemas,
      ],
    ]
  }

  private func operation(_ route: Route) -> [String: Any] {
    var operation: [String: Any] = [
      "operationId": ([route.method.lowercased()] + route.path.dropFirst()).joined(separator: "-")
        .filter { !"{}".contains($0) },
      "summary": route.summary,
      "parameters": parameters(route),
      "responses": responses(route),
    ]
    if route.isPublic { operation["security"] = [[String: Any]]() }
    if route.takesDataset {
      operation["requestBody"] = [
        "required": true,
        "content": ["application/octet-stream": ["schema": ["type": "string", "minLength": 1]]],
      ]
    }
    return operation
  }

  private func parameters(_ route: Route) -> [[String: Any]] {
    route.path.filter { $0.hasPrefix("{") }.map { part in
      [
        "name": String(part.dropFirst().dropLast()), "in": "path", "required": true,
        "schema": ["type": "string"],
      ]
    }
      + route.options.map { option in
        [
          "name": option.name, "in": "query", "description": option.help,
          "required": route.requiredOptions.contains(option.name), "schema": schema(option.kind),
        ]
      }
  }

  private func responses(_ route: Route) -> [String: Any] {
    var answers =
      route.answers + [
        .init(status: .badRequest, meaning: "The request cannot be understood.", schema: "Error"),
        .init(status: .addressTooLong, meaning: "The address is too long."),
        .init(status: .headTooLarge, meaning: "The head is too large."),
      ]
    if !route.isPublic {
      answers.append(
        .init(status: .unauthorized, meaning: "There is no token that counts.", schema: "Error"))
    }
    var responses: [String: Any] = [:]
    for answer in answers {
      var response: [String: Any] = ["description": answer.meaning]
      if let type = answer.type ?? answer.schema.map({ _ in "application/json" }) {
        let schema: [String: Any] =
          answer.schema.map { ["$ref": "#/components/schemas/\($0)"] } ?? ["type": "string"]
        response["content"] = [type: ["schema": schema]]
      }
      responses["\(answer.status.rawValue)"] = response
    }
    return responses
  }

  private func schema(_ kind: JobOption.Kind) -> [String: Any] {
    switch kind {
    case .integer(let range):
      ["type": "integer", "minimum": range.lowerBound, "maximum": range.upperBound]
    case .number(let range):
      ["type": "number", "minimum": range.lowerBound, "maximum": range.upperBound]
    case .automatic(let range):
      [
        "anyOf": [
          ["type": "string", "enum": ["auto"]],
          ["type": "integer", "minimum": range.lowerBound, "maximum": range.upperBound],
        ]
      ]
    case .choice(let words): ["type": "string", "enum": words]
    case .flag: ["type": "boolean"]
    case .text(let pattern): ["type": "string", "pattern": pattern]
    case .model: ["type": "string", "enum": models.keys.sorted()]
    }
  }

  private var schemas: [String: Any] {
    func object(
      _ properties: [String: Any], required: [String], isClosed: Bool = true
    ) -> [String: Any] {
      [
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": !isClosed,
      ]
    }
    let text = ["type": "string"]
    let number = ["type": "number"]
    let integer = ["type": "integer"]
    let moment = ["type": "string", "format": "date-time"]
    func reference(_ name: String) -> [String: String] { ["$ref": "#/components/schemas/\(name)"] }
    return [
      "Error": object(["error": text], required: ["error"]),
      "Health": object(["status": text, "version": text], required: ["status", "version"]),
      "Jobs": object(
        ["jobs": ["type": "array", "items": reference("Job")]], required: ["jobs"]),
      "Job": object(
        [
          "id": text, "state": ["enum": JobRecord.State.allCases.map(\.rawValue)],
          "method": text,
          "options": ["type": "object", "additionalProperties": text],
          "format": ["enum": UploadFormat.allCases.map(\.rawValue)], "bytes": integer,
          "created": moment, "started": moment, "finished": moment, "seconds": number,
          "message": text, "progress": reference("Progress"),
        ],
        required: ["id", "state", "method", "options", "format", "bytes", "created", "seconds"]),
      "Progress": object(
        [
          "phase": text, "text": text, "unit": text, "done": number, "total": integer,
          "rate": number, "secondsLeft": number,
        ], required: ["phase", "text"]),
      "Report": object(
        ["schema": integer, "outcome": text], required: ["schema", "outcome"], isClosed: false),
      "Description": object(["openapi": text], required: ["openapi"], isClosed: false),
    ]
  }
}
