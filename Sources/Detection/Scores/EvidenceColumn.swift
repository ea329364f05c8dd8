/// A column of what a detector says about each sample.
public struct EvidenceColumn: Equatable, Sendable {
  public var name: String
  /// As text, by sample; empty where there is nothing to say.
  public var values: [String]

  public init(_ name: String, _ values: [String]) {
    self.name = name
    self.values = values
  }

  public init(_ name: String, _ values: some Sequence<some CustomStringConvertible>) {
    self.init(name, values.map(\.description))
  }

  public init(_ name: String, _ values: some Sequence<(some CustomStringConvertible)?>) {
    self.init(name, values.map { $0.map(\.description) ?? "" })
  }
}
