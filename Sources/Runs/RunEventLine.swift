import Foundation

/// A run's event as another program reads it.
public struct RunEventLine: Codable, Equatable, Sendable {
  public enum Kind: String, Codable, Sendable {
    case note, warning, progress, status
  }

  public var kind: Kind
  /// What is to be said; of progress, what there is besides the numbers.
  public var text: String
  /// Of progress and of a status.
  public var phase: String?
  /// Of progress: what is counted, how many are done, and of how many.
  public var unit: String?
  public var done: Double?
  public var total: Int?
  /// Units each second, and seconds until the phase's end, where they are known.
  public var rate: Double?
  public var secondsLeft: Double?

  init(_ kind: Kind, text: String) {
    self.kind = kind
    self.text = text
  }

  init?(json: some Sequence<UInt8>) {
    guard let line = try? JSONDecoder().decode(Self.self, from: Data(json)) else { return nil }
    self = line
  }
}
