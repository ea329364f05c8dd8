/// What is done with a request once its head is there.
enum HTTPReply {
  /// It is answered; its body, if it has one, is not read, and ends the connection.
  case answer(HTTPAnswer)
  /// Its body is taken part by part, and answered after its end; of a body that is cut short the
  /// end does not come.
  case upload(take: ([UInt8]) throws -> Void, finish: () throws -> HTTPAnswer)
}
