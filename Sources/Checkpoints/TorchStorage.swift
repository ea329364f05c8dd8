/// A storage that the pickle of a PyTorch file mentions.
struct TorchStorage: Sendable {
  var key: String
  /// Nil if it is untyped: then the tensors say what its bytes are.
  var type: ElementType?
  /// In elements; in bytes if it is untyped.
  var count: Int

  /// Bytes.
  var size: Int { count * (type.map { $0.bits / 8 } ?? 1) }
}
