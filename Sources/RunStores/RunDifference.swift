import GRDB
import Runs

/// In what two runs differ.
public struct RunDifference: Encodable, Sendable {
  /// A setting or an input; nil where a run has none of that name.
  public struct Fact: Encodable, Equatable, Sendable {
    public var kind: RunFact.Kind
    public var name: String
    public var first: String?
    public var second: String?
  }

  /// What became of a sample; nil where a run has none of that number.
  public struct Sample: Encodable, Equatable, Sendable {
    public var sample: Int
    public var first: SampleRecord?
    public var second: SampleRecord?
  }

  public var facts: [Fact]
  public var samples: [Sample] = []
  /// How many samples differ, also where fewer are named.
  public private(set) var sampleCount = 0

  public var isEmpty: Bool { facts.isEmpty && sampleCount == 0 }

  /// Samples that are read at once.
  private static let batch = 4096

  public init(_ first: RunStore, _ second: RunStore) throws {
    facts = Self.facts(try first.facts(), try second.facts())
    let count = max(try first.span(), try second.span())
    for start in stride(from: 0, to: count, by: Self.batch) {
      let part = start..<min(start + Self.batch, count)
      let (before, after) = (try first.samples(in: part), try second.samples(in: part))
      for sample in part where before[sample] != after[sample] {
        samples.append(
          Sample(sample: sample, first: before[sample], second: after[sample]))
      }
    }
    sampleCount = samples.count
  }

  private static func facts(_ first: [RunFact], _ second: [RunFact]) -> [Fact] {
    struct Key: Hashable {
      var kind: RunFact.Kind
      var name: String
    }
    func byKey(_ facts: [RunFact]) -> [Key: String] {
      Dictionary(facts.map { (Key(kind: $0.kind, name: $0.name), $0.value) }) { $1 }
    }
    let (before, after) = (byKey(first), byKey(second))
    return Set(before.keys).union(after.keys)
      .filter { $0.name != "conclusion" && before[$0] != after[$0] }
      .sorted { ($0.kind.rawValue, $0.name) < ($1.kind.rawValue, $1.name) }
      .map { Fact(kind: $0.kind, name: $0.name, first: before[$0], second: after[$0]) }
  }
}

extension RunStore {
  /// One more than the greatest sample; 0 without samples.
  fileprivate func span() throws -> Int {
    try read { 1 + (try Int.fetchOne($0, sql: "SELECT max(sample) FROM samples") ?? -1) }
  }

  /// Some samples by their number.
  fileprivate func samples(in part: Range<Int>) throws -> [Int: SampleRecord] {
    let found = try read {
      try SampleRecord.fetchAll(
        $0, sql: "SELECT * FROM samples WHERE sample >= ? AND sample < ?",
        arguments: [part.lowerBound, part.upperBound])
    }
    return Dictionary(found.map { ($0.sample, $0) }) { $1 }
  }
}
