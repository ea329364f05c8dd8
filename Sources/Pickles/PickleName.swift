/// A name of a Python module's contents that a pickle mentions, such as `torch.FloatStorage`.
///
/// Nothing is ever looked up by it: it is a label on data.
public struct PickleName: Hashable, Sendable, CustomStringConvertible {
  public let module: String
  public let name: String

  public init(_ module: String, _ name: String) {
    self.module = module
    self.name = name
  }

  public var description: String { "\(module).\(name)" }
}
