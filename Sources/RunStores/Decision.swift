import Foundation

/// What a person decides about a sample.
public enum Decision: Hashable, Sendable {
  /// What the run did with it is right.
  case accept
  /// The sample shall be left out of the dataset.
  case reject
  /// The sample shall have its original image and this label.
  case relabel(Int)

  /// `accept`, `reject` or `relabel`.
  public var kind: String {
    switch self {
    case .accept: "accept"
    case .reject: "reject"
    case .relabel: "relabel"
    }
  }

  /// The label of a relabeling.
  public var label: Int? {
    if case .relabel(let label) = self { label } else { nil }
  }

  /// nil for what no decision is.
  public init?(kind: String, label: Int?) {
    switch (kind, label) {
    case ("accept", nil): self = .accept
    case ("reject", nil): self = .reject
    case ("relabel", let label?): self = .relabel(label)
    default: return nil
    }
  }
}

/// A decision as it was taken.
public struct DecisionRecord: Hashable, Sendable {
  /// Its number, rising.
  public var number: Int64
  /// Decisions that were taken, and are undone, together have the same.
  public var step: Int64
  public var sample: Int
  public var decision: Decision
  public var decidedAt: Date
  /// nil while it stands.
  public var undoneAt: Date?
}
