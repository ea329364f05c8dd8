/// A value that somebody chose and that cannot be used.
///
/// Whoever asked for the value knows how another one is given, and says so.
public struct ParameterError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The parameter as the library calls it, such as `rate` or `targetImage`.
  public let name: String
  public let value: String
  /// What is wrong with it, and which values can be used.
  public let reason: String

  public init(_ name: String, _ value: some CustomStringConvertible, _ reason: String) {
    self.name = name
    self.value = value.description
    self.reason = reason
  }

  public var description: String { "\(name) \(value): \(reason)" }
}
