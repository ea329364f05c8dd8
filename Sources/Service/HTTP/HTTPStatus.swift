/// The status codes that are used (RFC 9110, section 15).
enum HTTPStatus: UInt32, Sendable {
  case ok = 200
  case created = 201
  case accepted = 202
  case noContent = 204
  case badRequest = 400
  case unauthorized = 401
  case notFound = 404
  case methodNotAllowed = 405
  case conflict = 409
  case lengthRequired = 411
  case contentTooLarge = 413
  case addressTooLong = 414
  case tooManyRequests = 429
  case headTooLarge = 431
  case internalServerError = 500
  case insufficientStorage = 507
}
