/// Stack, memo and containers.
extension PickleMachine {
  mutating func push(_ value: PickleValue) { stack.append(.value(value)) }

  func top() throws(PickleFailure) -> PickleSlot {
    guard stack.count > (marks.last ?? 0), let last = stack.last else { throw underflow() }
    return last
  }

  mutating func pop() throws(PickleFailure) -> PickleSlot {
    let last = try top()
    stack.removeLast()
    return last
  }

  mutating func pop(_ count: Int) throws(PickleFailure) -> [PickleSlot] {
    guard stack.count - (marks.last ?? 0) >= count else { throw underflow() }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  mutating func popToMark() throws(PickleFailure) -> [PickleSlot] {
    guard let mark = marks.popLast() else {
      throw PickleFailure("the instruction at byte \(position - 1) lacks its mark")
    }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  func pairs(_ items: [PickleSlot]) throws(PickleFailure) -> [PickleSlot] {
    guard items.count.isMultiple(of: 2) else {
      throw PickleFailure("a dictionary with a key that has no value at byte \(position - 1)")
    }
    return items
  }

  mutating func recall(_ index: Int) throws(PickleFailure) {
    guard let slot = memo[index] else {
      throw PickleFailure("byte \(position - 1) recalls memo \(index), which was never put")
    }
    stack.append(slot)
  }

  mutating func make(_ kind: PickleNode.Kind, _ items: [PickleSlot] = []) {
    stack.append(.node(nodes.count))
    nodes.append(PickleNode(kind: kind, items: items))
  }

  /// Adds to the container on top of the stack.
  mutating func extend(
    _ kind: PickleNode.Kind, by items: [PickleSlot]
  ) throws(PickleFailure) {
    guard case .node(let number) = try top() else { throw wrongKind() }
    switch (nodes[number].kind, kind) {
    case (.list, .list), (.set, .set), (.dictionary, .dictionary):
      nodes[number].items += items
    default: throw wrongKind()
    }
  }

  /// The items of a list or tuple.
  func items(_ slot: PickleSlot) -> [PickleSlot]? {
    guard case .node(let number) = slot else { return nil }
    switch nodes[number].kind {
    case .list, .tuple: return nodes[number].items
    default: return nil
    }
  }

  private func underflow() -> PickleFailure {
    PickleFailure("the instruction at byte \(position - 1) finds too few values on the stack")
  }

  private func wrongKind() -> PickleFailure {
    PickleFailure(
      "the instruction at byte \(position - 1) adds to what is no container of its kind")
  }
}
