import CMicroKernels
import ComputeBackend

/// The vector instructions that the CPU backend's kernels use.
public enum InstructionSet: String, Sendable, CaseIterable {
  case portable, avx2, avx512

  /// Whether this processor executes it.
  public var isSupported: Bool { elixirSupports(native) }

  /// The widest set that this processor executes.
  public static var best: InstructionSet {
    allCases.last { $0.isSupported } ?? .portable
  }

  var native: ElixirInstructionSet {
    switch self {
    case .portable: ElixirPortable
    case .avx2: ElixirAVX2
    case .avx512: ElixirAVX512
    }
  }
}

/// The C kernels of one instruction set.
struct Kernels: @unchecked Sendable {
  let elementwise: ElixirElementwise
  let products: ElixirProducts
  /// Whether an element's value may depend, in its last bits, on the piece it is computed in.
  let isCutSensitive: Bool
  let convolution: ElixirConvolution
  let winograd: ElixirWinograd
  let reductions: ElixirReductions
  let normalization: ElixirNormalization
  let random: ElixirRandom
  let optimizers: ElixirOptimizers
  let critic: ElixirCritic
  let slopeProducts: ElixirSlopeProducts
  let peak: ElixirPeak

  init(_ set: InstructionSet) {
    elementwise = elixirElementwise(set.native).pointee
    let own = elixirProducts(set.native).pointee
    isCutSensitive = own.multiply == nil
    products = isCutSensitive ? OpenBLASProducts.make() : own
    convolution = elixirConvolution(set.native).pointee
    winograd = elixirWinograd(set.native).pointee
    reductions = elixirReductions(set.native).pointee
    normalization = elixirNormalization(set.native).pointee
    random = elixirRandom(set.native).pointee
    optimizers = elixirOptimizers(set.native).pointee
    critic = elixirCritic(set.native).pointee
    slopeProducts = elixirSlopeProducts(set.native).pointee
    peak = elixirPeak(set.native).pointee
  }
}
