import Pickles

/// What the pickles of PyTorch name: nothing of it is called.
enum TorchNames {
  static let tensorV1 = PickleName("torch._utils", "_rebuild_tensor")
  static let tensorV2 = PickleName("torch._utils", "_rebuild_tensor_v2")
  static let tensorV3 = PickleName("torch._utils", "_rebuild_tensor_v3")
  /// A tensor is their first argument.
  static let parameters: Set<PickleName> = [
    PickleName("torch._utils", "_rebuild_parameter"),
    PickleName("torch._utils", "_rebuild_parameter_with_state"),
  ]
  /// Its arguments are a function, a type, and the function's arguments.
  static let typedTensor = PickleName("torch._tensor", "_rebuild_from_type_v2")

  /// Storage classes of `torch`, `torch.cuda`.
  private static let storageTypes: [String: ElementType] = [
    "DoubleStorage": .float64, "FloatStorage": .float32, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    "ComplexFloatStorage": .complex64,
  ]
  static let storages: [PickleName: ElementType] = {
    var result: [PickleName: ElementType] = [:]
    for (name, type) in storageTypes {
      result[PickleName("torch", name)] = type
      result[PickleName("torch.cuda", name)] = type
    }
    return result
  }()
  static let untypedStorage = PickleName("torch.storage", "UntypedStorage")

  /// Element types by their names in `torch`.
  static let types: [PickleName: ElementType] = {
    let types: [String: ElementType] = [
      "float64": .float64, "float32": .float32, "float16": .float16, "bfloat16": .bfloat16,
      "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8,
      "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "bool": .bool,
      "complex64": .complex64, "float8_e4m3fn": .float8E4M3, "float8_e5m2": .float8E5M2,
      "float8_e8m0fnu": .float8E8M0,
    ]
    return Dictionary(uniqueKeysWithValues: types.map { (PickleName("torch", $0.key), $0.value) })
  }()

  /// Data that stand beside the tensors in files that training scripts write.
  private static let bystanders: Set<PickleName> = [
    PickleName("torch", "Tensor"), PickleName("torch.nn.parameter", "Parameter"),
    PickleName("torch", "Size"), PickleName("torch", "device"),
    PickleName("argparse", "Namespace"), PickleName("types", "SimpleNamespace"),
    PickleName("pathlib", "PosixPath"), PickleName("pathlib", "WindowsPath"),
    PickleName("datetime", "datetime"), PickleName("datetime", "timedelta"),
  ]

  static let allowed: Set<PickleName> =
    bystanders.union([tensorV1, tensorV2, tensorV3, typedTensor, untypedStorage])
    .union(parameters).union(storages.keys).union(types.keys)

  /// Tensors that are not read, in words.
  static func kind(of refused: PickleName) -> String? {
    guard refused.module == "torch._utils" else { return nil }
    switch refused.name {
    case "_rebuild_sparse_tensor", "_rebuild_sparse_csr_tensor": return "a sparse tensor"
    case "_rebuild_qtensor": return "a quantized tensor"
    case "_rebuild_nested_tensor": return "a nested tensor"
    default: return nil
    }
  }
}
