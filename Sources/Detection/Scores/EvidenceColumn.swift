/// A column of what a detector says about each sample.
public struct EvidenceColumn: Equatable, Sendable {
  public var name: String
  private let values: Values

  /// Numbers take half of what their texts do, or less.
  private enum Values: Equatable, Sendable {
    case texts([String])
    case doubles([Double?])
    case floats([Float?])
    case integers([Int?])
  }

  private init(_ name: String, values: Values) {
    self.name = name
    self.values = values
  }

  public init(_ name: String, _ values: [String]) { self.init(name, values: .texts(values)) }
  public init(_ name: String, _ values: [String?]) { self.init(name, values.map { $0 ?? "" }) }
  public init(_ name: String, _ values: [Double?]) { self.init(name, values: .doubles(values)) }
  public init(_ name: String, _ values: [Float?]) { self.init(name, values: .floats(values)) }
  public init(_ name: String, _ values: [Int?]) { self.init(name, values: .integers(values)) }

  public var count: Int {
    switch values {
    case .texts(let values): values.count
    case .doubles(let values): values.count
    case .floats(let values): values.count
    case .integers(let values): values.count
    }
  }

  /// What it says of a sample; empty where it has nothing to say.
  public func text(_ sample: Int) -> String {
    switch values {
    case .texts(let values): values[sample]
    case .doubles(let values): Self.text(values[sample])
    case .floats(let values): Self.text(values[sample])
    case .integers(let values): Self.text(values[sample])
    }
  }

  private static func text(_ value: (some CustomStringConvertible)?) -> String {
    value?.description ?? ""
  }
}
