import Pickles

/// The tensors within the value that a PyTorch file's pickle holds.
struct TorchContents: Sendable {
  /// Paths in the order of the file: keys of dictionaries and indices of lists, with slashes.
  private(set) var names: [String] = []
  private(set) var tensors: [String: TorchTensor] = [:]
  private(set) var storages: [String: TorchStorage] = [:]

  init(_ value: PickleValue) throws(TorchFailure) {
    try collect(value, path: "")
  }

  private mutating func collect(_ value: PickleValue, path: String) throws(TorchFailure) {
    switch value {
    case .dictionary(let members):
      for member in members {
        try collect(member.value, path: Self.join(path, Self.text(member.key)))
      }
    case .list(let items), .tuple(let items):
      for (index, item) in items.enumerated() {
        try collect(item, path: Self.join(path, "\(index)"))
      }
    case .call:
      guard let tensor = try tensor(value) else { return }
      guard tensors.updateValue(tensor, forKey: path) == nil else {
        throw TorchFailure("two tensors are named '\(path)'")
      }
      names.append(path)
    default: break
    }
  }

  static func join(_ path: String, _ part: String) -> String {
    path.isEmpty ? part : "\(path)/\(part)"
  }

  /// A key as Python shows it, without quotes if it is a string.
  static func text(_ key: PickleValue) -> String {
    switch key {
    case .tuple(let items):
      "("
        + items.map { $0.string.map { "'\($0)'" } ?? text($0) }.joined(separator: ", ") + ")"
    case .bool(let flag): flag ? "True" : "False"
    case .number(let number): "\(number)"
    default: key.string ?? key.integer.map { "\($0)" } ?? key.kind
    }
  }

  /// Whether a value is a tensor.
  static func isTensor(_ value: PickleValue) -> Bool {
    guard case .call(let name, _, _) = value else { return false }
    return name == TorchNames.tensorV1 || name == TorchNames.tensorV2
      || name == TorchNames.tensorV3 || TorchNames.parameters.contains(name)
      || name == TorchNames.typedTensor
  }

  /// The tensor that a call makes; nil if it makes something else.
  private mutating func tensor(_ value: PickleValue) throws(TorchFailure) -> TorchTensor? {
    guard case .call(let name, let arguments, _) = value else { return nil }
    if TorchNames.parameters.contains(name), let first = arguments.first {
      return try tensor(first)
    }
    if name == TorchNames.typedTensor {
      guard arguments.count >= 3, case .name(let function) = arguments[0],
        case .tuple(let inner) = arguments[2]
      else { throw TorchFailure("a tensor is made of other than a function and its arguments") }
      return try tensor(.call(function, arguments: inner, state: .none))
    }
    guard [TorchNames.tensorV1, TorchNames.tensorV2, TorchNames.tensorV3].contains(name) else {
      return nil
    }
    // Storage, offset, sizes, strides; version 3: gradient or not, hooks, type.
    guard arguments.count >= 4, let offset = arguments[1].integer,
      let shape = sizes(arguments[2]), let strides = sizes(arguments[3])
    else { throw TorchFailure("a tensor is made of other than a storage, offset, sizes, strides") }
    let storage = try storage(arguments[0])
    var type = storage.type
    if name == TorchNames.tensorV3 {
      guard arguments.count >= 7, case .name(let typeName) = arguments[6],
        let named = TorchNames.types[typeName]
      else { throw TorchFailure("a tensor has no element type") }
      type = named
    }
    guard let type else { throw TorchFailure("a tensor of an untyped storage has no element type") }
    let tensor = try TorchTensor(
      storage: storage.key, type: type, offset: offset, shape: shape, strides: strides)
    guard tensor.end * tensor.size <= storage.size else {
      throw TorchFailure(
        "a tensor of the shape \(shape) reaches to element \(tensor.end) of storage "
          + "\(storage.key), which has \(storage.size / tensor.size)")
    }
    return tensor
  }

  /// A tuple of integers, or a `torch.Size` of one.
  private func sizes(_ value: PickleValue) -> [Int]? {
    guard case .call(_, let arguments, _) = value else { return value.integers }
    return arguments.first?.integers
  }

  /// The storage of a persistent identifier: 'storage', class, key, device, elements; in old files
  /// also what part of another storage it is.
  private mutating func storage(_ value: PickleValue) throws(TorchFailure) -> TorchStorage {
    guard case .persistent(let identifier) = value, let fields = identifier.elements,
      fields.count >= 5, fields[0].string == "storage", case .name(let name) = fields[1],
      let key = fields[2].string, let count = fields[4].integer
    else { throw TorchFailure("a tensor has \(value.kind) in the place of its storage") }
    if fields.count > 5, case .none = fields[5] {
    } else if fields.count > 5 {
      throw TorchFailure("storage \(key) is a part of another, as before PyTorch 0.4")
    }
    let type = TorchNames.storages[name]
    guard type != nil || name == TorchNames.untypedStorage else {
      throw TorchFailure("storage \(key) is \(name), which is none")
    }
    guard count >= 0, count <= Int.max / 16 else {
      throw TorchFailure("storage \(key) has \(count) elements")
    }
    let storage = TorchStorage(key: key, type: type, count: count)
    if let known = storages.updateValue(storage, forKey: key),
      known.type != storage.type || known.count != storage.count
    {
      throw TorchFailure("storage \(key) is described in two ways")
    }
    return storage
  }
}
