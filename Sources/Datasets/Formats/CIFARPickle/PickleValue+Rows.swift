import Pickles

extension PickleValue {
  /// Whether it is made of what `PickleWriter` writes.
  var isPlain: Bool {
    switch self {
    case .none, .bool, .integer, .number, .bytes, .text, .array: true
    case .list(let items), .tuple(let items): items.allSatisfy(\.isPlain)
    case .dictionary(let members): members.allSatisfy { $0.key.isPlain && $0.value.isPlain }
    case .largeInteger, .set, .name, .persistent, .call: false
    }
  }

  /// A list, tuple or array of numbers with some others.
  func replacing(_ numbers: [Int: Int]) -> PickleValue {
    func changed(_ items: [PickleValue]) -> [PickleValue] {
      items.enumerated().map { row, item in numbers[row].map { .integer($0) } ?? item }
    }
    switch self {
    case .list(let items): return .list(changed(items))
    case .tuple(let items): return .tuple(changed(items))
    case .array(let array):
      guard let type = NumberType(descriptor: array.descriptor) else { return self }
      var bytes = array.rowMajorBytes
      for (row, number) in numbers {
        let value = type.bytes(Double(number))
        bytes.replaceSubrange(row * value.count..<(row + 1) * value.count, with: value)
      }
      return .array(
        PickleArray(descriptor: array.descriptor, shape: array.shape, bytes: bytes))
    default: return self
    }
  }

  /// What has `count` rows with some of them only.
  func keeping(_ kept: [Int], of count: Int) -> PickleValue {
    switch self {
    case .list(let items) where items.count == count: return .list(kept.map { items[$0] })
    case .tuple(let items) where items.count == count: return .tuple(kept.map { items[$0] })
    case .array(let array) where array.shape.first == count:
      let (bytes, size) = (array.rowMajorBytes, array.bytes.count / max(count, 1))
      return .array(
        PickleArray(
          descriptor: array.descriptor, shape: [kept.count] + array.shape.dropFirst(),
          bytes: kept.flatMap { bytes[$0 * size..<($0 + 1) * size] }))
    default: return self
    }
  }
}
