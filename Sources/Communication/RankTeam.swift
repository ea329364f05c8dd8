import Foundation

/// Ranks that do rank 0's work with it: it decides and asks, and all, it included, answer with
/// their part.
///
/// What fails on one rank is an error of rank 0, which lets the others go in any case.
public final class RankTeam {
  public let communicator: any Communicator
  /// An error in words.
  private let describe: (any Error) -> String
  /// Machines by rank; known once all have met.
  public private(set) var nodes: [String] = []
  private var isOver = false

  public var rank: Int { communicator.rank }
  public var size: Int { communicator.size }

  /// - Parameter describe: makes the reason of an error that rank 0 tells of another.
  public init(
    _ communicator: any Communicator, describe: @escaping (any Error) -> String = { "\($0)" }
  ) {
    self.communicator = communicator
    self.describe = describe
  }

  /// Does on each rank what it needs before it can answer.
  ///
  /// - Throws: on all ranks if that fails on one, on others than rank 0 `RankError.told`.
  public func meet<Value>(_ body: () throws -> Value) throws -> Value {
    nodes = try communicator.allGather(Array(communicator.node.utf8)).map {
      String(decoding: $0, as: UTF8.self)
    }
    let result = Result { try body() }
    do {
      _ = try exchange(result.map { _ in [] })
      return try result.get()
    } catch let error {
      isOver = true
      throw rank == 0 ? error : RankError.told
    }
  }

  /// On rank 0: has all ranks answer a request, each its part.
  ///
  /// Answers travel in an array, since a property list is no single number.
  ///
  /// - Parameter own: this rank's answer.
  /// - Returns: the answers by rank.
  /// - Throws: what `own` throws, else what happened to the first rank that failed.
  package func ask<Request: Codable, Answer: Codable>(
    _ request: Request, own: () throws -> Answer
  ) throws -> [Answer] {
    precondition(rank == 0 && !isOver, "RankTeam.ask: rank \(rank)")
    let message = Array(try encoder.encode(Message.request(request)))
    _ = try communicator.broadcast(message, from: 0)
    return try exchange(Result { try list(of: own()) }).flatMap {
      try PropertyListDecoder().decode([Answer].self, from: Data($0))
    }
  }

  /// On rank 0: has all ranks answer a request in bytes, which all of them receive.
  ///
  /// - Returns: the answers by rank.
  /// - Throws: as `ask` does.
  package func share<Request: Codable>(
    _ request: Request, own: () throws -> [UInt8]
  ) throws -> [ArraySlice<UInt8>] {
    precondition(rank == 0 && !isOver, "RankTeam.share: rank \(rank)")
    _ = try communicator.broadcast(Array(try encoder.encode(Message.request(request))), from: 0)
    return try exchange(Result { try own() })
  }

  /// On the other ranks: answers what rank 0 shares until it has no more.
  ///
  /// - Parameter receive: takes the answers of all ranks, unless one failed; if it throws, rank 0
  ///   is told by the next answer.
  package func serve<Request: Codable>(
    _ answer: (Request) throws -> [UInt8],
    receive: (Request, [ArraySlice<UInt8>]) throws -> Void
  ) throws {
    var failure: (any Error)?
    try follow { (request: Request) in
      let own = Result {
        if let failure { throw failure }
        return try answer(request)
      }
      let answers = try send(own)
      guard case .success = own else { return }
      do {
        try receive(request, try decode(answers))
      } catch is RankError {
        // Another rank failed, which rank 0 has heard.
      } catch let error {
        failure = error
      }
    }
  }

  /// On the other ranks: answers requests until rank 0 has no more.
  package func serve<Request: Codable, Answer: Codable>(
    _ answer: (Request) throws -> Answer
  ) throws {
    try follow { (request: Request) in
      try send(Result { try list(of: answer(request)) })
    }
  }

  private func follow<Request: Codable>(_ reply: (Request) throws -> Void) throws {
    precondition(rank > 0, "RankTeam.serve: rank 0")
    while !isOver {
      let bytes = Data(try communicator.broadcast([], from: 0))
      switch try PropertyListDecoder().decode(Message<Request>.self, from: bytes) {
      case .request(let request): try reply(request)
      case .end: isOver = true
      }
    }
  }

  /// On rank 0: lets the others go, once there is nothing more to ask; more than once does nothing.
  public func end() throws {
    guard rank == 0, !isOver else { return }
    isOver = true
    _ = try communicator.broadcast(
      Array(try encoder.encode(Message<Int>.end)), from: 0)
  }

  private enum Message<Request: Codable>: Codable {
    case request(Request)
    case end
  }

  private var encoder: PropertyListEncoder {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    return encoder
  }

  private func list(of answer: some Encodable) throws -> [UInt8] {
    Array(try encoder.encode([answer]))
  }

  /// What the last byte of an answer says of those before it.
  private enum Ending {
    static let (failure, answer): (UInt8, UInt8) = (0, 1)
  }

  @discardableResult
  private func send(_ result: Result<[UInt8], any Error>) throws -> [[UInt8]] {
    switch result {
    case .success(let answer): try communicator.allGather(answer + [Ending.answer])
    case .failure(let error):
      try communicator.allGather(
        Array(try encoder.encode(RankFailure(error, describe))) + [Ending.failure])
    }
  }

  private func exchange(_ result: Result<[UInt8], any Error>) throws -> [ArraySlice<UInt8>] {
    let answers = try send(result)
    _ = try result.get()
    return try decode(answers)
  }

  /// - Throws: what happened to the first rank that failed.
  private func decode(_ answers: [[UInt8]]) throws -> [ArraySlice<UInt8>] {
    for (rank, bytes) in answers.enumerated() where bytes.last != Ending.answer {
      throw try PropertyListDecoder().decode(RankFailure.self, from: Data(bytes.dropLast()))
        .error(of: rank, on: nodes[rank])
    }
    return answers.map { $0.dropLast() }
  }
}
