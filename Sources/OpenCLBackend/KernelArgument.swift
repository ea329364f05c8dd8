import ComputeBackend

/// A file of `Kernels/` that is compiled as one program.
enum KernelFile: String, Sendable, CaseIterable {
  case diffusion, elementwise
  case gradientPenalty = "gradient_penalty"
  case memory, normalization, optimizer, peak, pooling, product
  case random, reduction, scatter
  case slopeProduct = "slope_product"
  case winograd

  var name: String { rawValue + ".cl" }

  /// On GPUs products with slopes are the usual ones.
  func isUsed(in style: KernelLayout.Style) -> Bool { self != .slopeProduct || style == .cpu }
}

/// What a kernel is given, in the order of its parameters.
enum KernelArgument {
  /// A pointer and the offset of the slice, read.
  case input(BufferSlice)
  /// A pointer and the offset of the slice, written: what was derived from the buffer is forgotten.
  case output(BufferSlice)
  /// A pointer to the start of a temporary buffer.
  case buffer(Buffer)
  case int(Int)
  case float(Float)
  case bits(UInt32)

  /// An operand that may be absent; the kernel is told so and another slice takes its place.
  static func optional(_ slice: BufferSlice?, else other: BufferSlice) -> KernelArgument {
    .input(slice ?? other)
  }

  /// A condition as 0 or 1.
  static func flag(_ value: Bool) -> KernelArgument { .int(value ? 1 : 0) }
}
