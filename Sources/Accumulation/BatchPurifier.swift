import Purification

/// A method that can purify new samples beside others that are purified already: its reference
/// samples, which it neither flags nor changes.
public protocol BatchPurifier: Purifier {
  var reference: ReferenceOptions { get set }
  /// Files of a run's folder that hold networks from which the next batch starts; none where a
  /// method trains nothing.
  static var networks: [String] { get }

  /// Starts from networks of the batch before.
  ///
  /// - Parameter files: paths by name, of those among `networks` that there are.
  mutating func start(from files: [String: String])
}

extension BatchPurifier {
  public static var networks: [String] { [] }
  public mutating func start(from files: [String: String]) {}
}

extension RandomNoise: BatchPurifier {}
