/// A request that is answered by an error: a status and one line that says what to do.
struct HTTPFailure: Error, Equatable {
  let status: HTTPStatus
  let message: String
  /// Further header fields of the answer.
  var headers: [HTTPField] = []

  init(_ status: HTTPStatus, _ message: String, headers: [HTTPField] = []) {
    self.status = status
    self.message = message
    self.headers = headers
  }
}
