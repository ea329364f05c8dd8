import Datasets

/// One of N parts of a run's samples, made by a process of its own, perhaps on another machine.
public struct Shard: Hashable, Sendable, CustomStringConvertible {
  /// From 1 to `count`.
  public let number: Int
  public let count: Int

  /// - Throws: `ParameterError` unless 1 ≤ number ≤ count.
  public init(_ number: Int, of count: Int) throws {
    guard count >= 1, (1...count).contains(number) else {
      throw ParameterError("shard", "\(number)/\(count)", "use 1/N to N/N for N shards")
    }
    self.number = number
    self.count = count
  }

  /// From `2/8`.
  public init(_ text: String) throws {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1] else {
      throw ParameterError("shard", text, "use I/N, such as 1/8 to 8/8 for 8 shards")
    }
    try self.init(number, of: count)
  }

  /// `2/8`.
  public var description: String { "\(number)/\(count)" }

  /// Its samples of so many: as many as any other shard's, or one less.
  func samples(of total: Int) -> Range<Int> {
    total * (number - 1) / count..<total * number / count
  }
}
