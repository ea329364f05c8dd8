/// What the machine's stack and memo hold: a value that cannot change, or the number of a node.
///
/// Nodes refer to each other by number, so that a cycle or a deep nesting is nothing but numbers.
enum PickleSlot {
  case value(PickleValue)
  case node(Int)
}

/// A container that is being filled.
struct PickleNode {
  enum Kind {
    case list, tuple, set
    /// Items are keys and values in turn.
    case dictionary
    /// One item, the identifier.
    case persistent
    /// Items are the arguments.
    case call(PickleName)
  }

  var kind: Kind
  var items: [PickleSlot]
  var state = PickleSlot.value(.none)
}
