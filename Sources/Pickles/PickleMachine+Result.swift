/// The finished value.
extension PickleMachine {
  /// Nested deeper is no file of data; also what bounds a cycle.
  static var maximumDepth: Int { 128 }
  /// Values counted as often as they are met: a walk over a result ends.
  static var maximumCount: Int { 1 << 25 }

  /// The value of a slot, with arrays made of NumPy's calls.
  mutating func result(_ slot: PickleSlot) throws(PickleFailure) -> PickleValue {
    var finished: [Int: (value: PickleValue, count: Int)] = [:]
    return try value(slot, depth: 0, &finished).value
  }

  private func value(
    _ slot: PickleSlot, depth: Int, _ finished: inout [Int: (value: PickleValue, count: Int)]
  ) throws(PickleFailure) -> (value: PickleValue, count: Int) {
    let number: Int
    switch slot {
    case .value(let value): return (value, 1)
    case .node(let node): number = node
    }
    if let known = finished[number] { return known }
    guard depth < Self.maximumDepth else {
      throw PickleFailure("it is nested deeper than \(Self.maximumDepth) levels, or within itself")
    }
    let node = nodes[number]
    var items: [PickleValue] = []
    items.reserveCapacity(node.items.count)
    var count = 1
    for item in node.items {
      let (value, size) = try value(item, depth: depth + 1, &finished)
      items.append(value)
      count += size
      guard count <= Self.maximumCount else {
        throw PickleFailure("it holds more than \(Self.maximumCount) values")
      }
    }
    let state = try value(node.state, depth: depth + 1, &finished)
    count += state.count
    let result = (try Self.make(node.kind, items, state: state.value), count)
    finished[number] = result
    return result
  }

  private static func make(
    _ kind: PickleNode.Kind, _ items: [PickleValue], state: PickleValue
  ) throws(PickleFailure) -> PickleValue {
    switch kind {
    case .list: return .list(items)
    case .tuple: return .tuple(items)
    case .set: return .set(items)
    case .persistent: return .persistent(items[0])
    case .dictionary:
      return .dictionary(
        stride(from: 0, to: items.count, by: 2).map { .init(items[$0], items[$0 + 1]) })
    case .call(let name):
      if NumPyNames.reconstruct.contains(name) {
        return .array(try reconstructed(state))
      }
      if NumPyNames.scalar.contains(name) { return .array(try scalar(items)) }
      if NumPyNames.fromBuffer.contains(name) { return .array(try array(fromBuffer: items)) }
      return .call(name, arguments: items, state: state)
    }
  }

  /// State of an `ndarray`: version, shape, type, whether Fortran order, bytes.
  private static func reconstructed(_ state: PickleValue) throws(PickleFailure) -> PickleArray {
    guard let fields = state.elements, fields.count == 5, let shape = fields[1].integers,
      let isFortranOrder = truth(fields[3])
    else { throw PickleFailure("an array whose state is \(state.kind)") }
    let type = try PickleArrayType(fields[2])
    guard case .bytes(let bytes) = fields[4] else {
      throw PickleFailure("an array whose elements are \(fields[4].kind)")
    }
    return try PickleArray(
      type: type, shape: shape, isFortranOrder: isFortranOrder, bytes: bytes)
  }

  /// Arguments of `scalar`: type, bytes.
  private static func scalar(_ arguments: [PickleValue]) throws(PickleFailure) -> PickleArray {
    guard arguments.count == 2, case .bytes(let bytes) = arguments[1] else {
      throw PickleFailure("a NumPy number without its bytes")
    }
    return try PickleArray(
      type: PickleArrayType(arguments[0]), shape: [], isFortranOrder: false, bytes: bytes)
  }

  /// Arguments of `_frombuffer`: bytes, type, shape, order `C` or `F`.
  private static func array(
    fromBuffer arguments: [PickleValue]
  ) throws(PickleFailure) -> PickleArray {
    guard arguments.count == 4, case .bytes(let bytes) = arguments[0],
      let shape = arguments[2].integers, let order = arguments[3].string,
      ["C", "F"].contains(order)
    else { throw PickleFailure("an array with other than bytes, type, shape and order") }
    return try PickleArray(
      type: PickleArrayType(arguments[1]), shape: shape, isFortranOrder: order == "F", bytes: bytes)
  }

  private static func truth(_ value: PickleValue) -> Bool? {
    switch value {
    case .bool(let flag): flag
    case .integer(let flag): flag != 0
    default: nil
    }
  }
}
