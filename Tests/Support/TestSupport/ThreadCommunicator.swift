import Communication
import Foundation

/// Ranks that are threads of this process, all on one machine.
public final class ThreadCommunicator: Communicator {
  public let rank: Int
  private let group: Group

  public var size: Int { group.size }
  public var localRank: Int { rank }
  public var localSize: Int { size }
  public var node: String { "node\(rank + 1)" }

  /// Thrown where a rank has gone that the others wait for.
  public struct Deserted: Error {}

  private init(_ rank: Int, _ group: Group) {
    self.rank = rank
    self.group = group
  }

  /// Runs `body` on so many ranks until all have returned.
  public static func run<Result>(
    _ size: Int, _ body: @escaping (ThreadCommunicator) throws -> Result
  ) -> [Swift.Result<Result, any Error>] {
    let group = Group(size)
    // Each rank has what it makes for itself.
    nonisolated(unsafe) let body = body
    nonisolated(unsafe) var results = [Swift.Result<Result, any Error>?](
      repeating: nil, count: size)
    let lock = NSLock()
    let all = DispatchGroup()
    for rank in 0..<size {
      DispatchQueue(label: "rank-\(rank)").async(group: all) {
        let result = Swift.Result { try body(ThreadCommunicator(rank, group)) }
        group.leave()
        lock.withLock { results[rank] = result }
      }
    }
    all.wait()
    return results.compactMap { $0 }
  }

  public func broadcast(_ bytes: [UInt8], from root: Int) throws -> [UInt8] {
    try group.exchange(bytes, rank)[root]
  }

  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] { try group.exchange(bytes, rank) }

  public func barrier() throws { _ = try group.exchange([], rank) }

  public func finalize() throws { try barrier() }

  public func abort(_ code: Int32) { group.leave() }

  /// What the ranks have laid down; guarded by its condition.
  private final class Group: @unchecked Sendable {
    let size: Int
    private let condition = NSCondition()
    private var bytes: [[UInt8]?]
    private var round = 0
    private var whole: [[UInt8]] = []
    private var left = 0

    init(_ size: Int) {
      self.size = size
      bytes = Array(repeating: nil, count: size)
    }

    func exchange(_ own: [UInt8], _ rank: Int) throws -> [[UInt8]] {
      condition.lock()
      defer { condition.unlock() }
      let mine = round
      bytes[rank] = own
      if bytes.allSatisfy({ $0 != nil }) {
        whole = bytes.compactMap { $0 }
        bytes = Array(repeating: nil, count: size)
        round += 1
        condition.broadcast()
      }
      while round == mine {
        guard left == 0 else { throw Deserted() }
        condition.wait()
      }
      return whole
    }

    func leave() {
      condition.lock()
      defer { condition.unlock() }
      left += 1
      condition.broadcast()
    }
  }
}
