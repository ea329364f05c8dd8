/// Names, and what becomes of a call.
extension PickleMachine {
  /// Python's own types; Python 2 called their module `__builtin__`.
  private static let builtins = ["builtins", "__builtin__"]
  private static let encode = PickleName("_codecs", "encode")
  private static let containers: [PickleName: PickleNode.Kind] = {
    var result: [PickleName: PickleNode.Kind] = [
      PickleName("collections", "OrderedDict"): .dictionary,
      PickleName("collections", "Counter"): .dictionary,
    ]
    for module in builtins {
      result[PickleName(module, "dict")] = .dictionary
      result[PickleName(module, "list")] = .list
      result[PickleName(module, "tuple")] = .tuple
      result[PickleName(module, "set")] = .set
      result[PickleName(module, "frozenset")] = .set
    }
    return result
  }()
  private static let byteStrings = builtinNames(["bytes", "bytearray"])
  private static let defaultDictionary = PickleName("collections", "defaultdict")
  /// What a `defaultdict` may be told to make: names, never called.
  private static let types = builtinNames(["bool", "int", "float", "complex", "str", "slice"])

  private static func builtinNames(_ names: [String]) -> Set<PickleName> {
    Set(builtins.flatMap { module in names.map { PickleName(module, $0) } })
  }

  mutating func pushName(_ module: [UInt8], _ name: [UInt8]) throws(PickleFailure) {
    let name = PickleName(try text(module), try text(name))
    guard
      Self.containers[name] != nil || Self.byteStrings.contains(name) || name == Self.encode
        || name == Self.defaultDictionary || Self.types.contains(name)
        || NumPyNames.all.contains(name) || allowed.contains(name)
    else {
      throw PickleFailure(
        "it names \(name) at byte \(position - 1), which is not plain data", refused: name,
        whole: stack.isEmpty)
    }
    push(.name(name))
  }

  mutating func pushStackName() throws(PickleFailure) {
    let parts = try pop(2)
    guard case .value(.text(let module)) = parts[0], case .value(.text(let name)) = parts[1] else {
      throw PickleFailure("a name that is no text at byte \(position - 1)")
    }
    try pushName(Array(module.utf8), Array(name.utf8))
  }

  /// A function and its arguments, of REDUCE or NEWOBJ.
  mutating func call() throws(PickleFailure) {
    let parts = try pop(2)
    guard case .value(.name(let name)) = parts[0], let arguments = items(parts[1]) else {
      throw PickleFailure("a call of what is no name at byte \(position - 1)")
    }
    if let kind = Self.containers[name] {
      try makeContainer(kind, name, arguments)
    } else if name == Self.defaultDictionary {
      make(.dictionary)
    } else if name == Self.encode {
      push(.bytes(try latin1(arguments, name)))
    } else if Self.byteStrings.contains(name) {
      if let first = arguments.first, case .value(.bytes) = first, arguments.count == 1 {
        stack.append(first)
      } else {
        push(.bytes(arguments.isEmpty ? [] : try latin1(arguments, name)))
      }
    } else {
      make(.call(name), arguments)
    }
  }

  /// Python copies what it is given, so that what is added later to that is not in the copy.
  private mutating func makeContainer(
    _ kind: PickleNode.Kind, _ name: PickleName, _ arguments: [PickleSlot]
  ) throws(PickleFailure) {
    guard let source = arguments.first else { return make(kind) }
    guard arguments.count == 1, case .node(let number) = source else {
      throw PickleFailure("a call of \(name) with other than one container")
    }
    let node = nodes[number]
    switch (kind, node.kind) {
    case (.dictionary, .dictionary): make(kind, node.items)
    case (.dictionary, .list), (.dictionary, .tuple):
      var members: [PickleSlot] = []
      for item in node.items {
        guard let pair = items(item), pair.count == 2 else {
          throw PickleFailure("a call of \(name) with a list of other than pairs")
        }
        members += pair
      }
      make(kind, members)
    case (.list, .list), (.list, .tuple), (.set, .list), (.set, .tuple), (.set, .set),
      (.tuple, .list), (.tuple, .tuple):
      make(kind, node.items)
    default: throw PickleFailure("a call of \(name) with a container of another kind")
    }
  }

  /// Text of letters below 256, which stand for bytes: how Python 3 writes bytes at protocols
  /// below 3.
  private mutating func latin1(
    _ arguments: [PickleSlot], _ name: PickleName
  ) throws(PickleFailure) -> [UInt8] {
    guard arguments.count == 2, case .value(.text(let text)) = arguments[0],
      case .value(.text(let coding)) = arguments[1],
      ["latin1", "latin-1", "iso-8859-1"].contains(coding)
    else { throw PickleFailure("a call of \(name) with other than Latin-1 text") }
    var result: [UInt8] = []
    for scalar in text.unicodeScalars {
      guard let byte = UInt8(exactly: scalar.value) else {
        throw PickleFailure("a call of \(name) with letters beyond Latin-1")
      }
      result.append(byte)
    }
    encodingBudget -= result.count
    guard encodingBudget >= 0 else {
      throw PickleFailure("it encodes more text than it holds")
    }
    return result
  }

  /// The state of an object; that of a dictionary is no data.
  mutating func build() throws(PickleFailure) {
    let state = try pop()
    guard case .node(let number) = try top() else {
      throw PickleFailure("a state for what has none at byte \(position - 1)")
    }
    switch nodes[number].kind {
    case .call: nodes[number].state = state
    case .dictionary: break
    default: throw PickleFailure("a state for what has none at byte \(position - 1)")
    }
  }
}
