import CMicroKernels
import ComputeBackend

extension Precision {
  /// Rows of 4-byte elements that hold `inner` rows of a matrix.
  func rows(_ inner: Int) -> Int { self == .float32 ? inner : (inner + 1) / 2 }

  /// - Throws: `BackendError.noDevice` if the processor lacks the instructions.
  func check(_ set: InstructionSet) throws {
    guard self == .float32 || set == .avx512 && elixirHasBFloat16() else {
      throw BackendError.noDevice(
        requested: "cpu",
        advice: "products in bf16 need a processor with AVX512-BF16")
    }
  }
}
