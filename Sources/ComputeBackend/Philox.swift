/// Philox 4×32-10 (Salmon et al., 2011): random bits as a pure function of a counter and a key.
///
/// Layout used throughout: key = (seed low, seed high); counter = (block, stream, step, purpose),
/// where block `b` supplies elements 4b … 4b+3 of a row. The C and OpenCL kernels mirror this file
/// operation for operation: normals use only exactly rounded operations (fused multiply-add,
/// multiplication, addition, square root), so all backends agree.
public enum Philox {
  /// Four random words.
  public static func words(
    counter: SIMD4<UInt32>, key seed: UInt64
  ) -> SIMD4<UInt32> {
    var c = counter
    var k0 = UInt32(truncatingIfNeeded: seed)
    var k1 = UInt32(truncatingIfNeeded: seed >> 32)
    for _ in 0..<10 {
      let p0 = UInt64(0xD251_1F53) * UInt64(c[0])
      let p1 = UInt64(0xCD9E_8D57) * UInt64(c[2])
      c = SIMD4(
        UInt32(truncatingIfNeeded: p1 >> 32) ^ c[1] ^ k0, UInt32(truncatingIfNeeded: p1),
        UInt32(truncatingIfNeeded: p0 >> 32) ^ c[3] ^ k1, UInt32(truncatingIfNeeded: p0))
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return c
  }

  /// A uniform number in (0, 1): an odd multiple of 2⁻²⁴, exact in Float.
  public static func uniform(_ word: UInt32) -> Float {
    Float((word >> 9) << 1 | 1) * 0x1p-24
  }

  /// Four standard normal numbers by Box–Muller: (r₀cos, r₀sin, r₁cos, r₁sin).
  public static func normals(_ words: SIMD4<UInt32>) -> SIMD4<Float> {
    let first = pair(uniform(words[0]), uniform(words[1]))
    let second = pair(uniform(words[2]), uniform(words[3]))
    return SIMD4(first.0, first.1, second.0, second.1)
  }

  /// √(−2 ln u)·(cos 2πv, sin 2πv).
  static func pair(_ u: Float, _ v: Float) -> (Float, Float) {
    let radius = (-2 * logarithm(u)).squareRoot()
    let (cosine, sine) = cosineSine(turns: v)
    return (radius * cosine, radius * sine)
  }

  /// ln u for a normal number u in (0, 1), by Cephes' polynomial evaluated with fused operations.
  static func logarithm(_ u: Float) -> Float {
    // u = m·2ᵉ with m in [√½, √2).
    let bits = u.bitPattern &- 0x3F35_04F3
    let exponent = Float(Int32(bitPattern: bits) >> 23)
    let z = Float(bitPattern: (bits & 0x007F_FFFF) &+ 0x3F35_04F3) - 1
    var y: Float = 7.037_683_629_2e-2
    y = Float(-1.151_461_031_0e-1).addingProduct(y, z)
    y = Float(1.167_699_874_0e-1).addingProduct(y, z)
    y = Float(-1.242_014_084_6e-1).addingProduct(y, z)
    y = Float(1.424_932_278_7e-1).addingProduct(y, z)
    y = Float(-1.666_805_766_5e-1).addingProduct(y, z)
    y = Float(2.000_071_476_5e-1).addingProduct(y, z)
    y = Float(-2.499_999_399_3e-1).addingProduct(y, z)
    y = Float(3.333_333_117_4e-1).addingProduct(y, z)
    let square = z * z
    let cube = square * z
    y = (cube * y).addingProduct(exponent, -2.121_944_40e-4)
    y = y.addingProduct(square, -0.5)
    return (z + y).addingProduct(exponent, 0.693_359_375)
  }

  /// cos 2πv and sin 2πv for v in (0, 1), v a multiple of 2⁻²⁴.
  static func cosineSine(turns v: Float) -> (Float, Float) {
    let quarters = 4 * v
    let nearest = (quarters + 0.5).rounded(.down)
    let angle = (quarters - nearest) * 1.570_796_326_8
    let square = angle * angle
    var s = Float(8.332_160_873_6e-3).addingProduct(square, -1.951_529_589_1e-4)
    s = Float(-1.666_665_461_1e-1).addingProduct(s, square)
    s = angle.addingProduct(s * square, angle)
    var c = Float(-1.388_731_625_493_765e-3).addingProduct(square, 2.443_315_711_809_948e-5)
    c = Float(4.166_664_568_298_827e-2).addingProduct(c, square)
    c = Float(1).addingProduct(square, -0.5).addingProduct(c * square, square)
    switch Int32(nearest) & 3 {
    case 0: return (c, s)
    case 1: return (-s, c)
    case 2: return (-c, -s)
    default: return (s, -c)
    }
  }

  /// Row `stream` of `randomUniform` (or `randomNormal`), on the host.
  public static func row(
    _ key: NoiseKey, stream: Int32, count: Int, normal: Bool
  ) -> [Float] {
    var result = [Float]()
    result.reserveCapacity(count + 3)
    var block: UInt32 = 0
    while result.count < count {
      let bits = words(
        counter: SIMD4(block, UInt32(bitPattern: stream), key.step, key.purpose), key: key.seed)
      if normal {
        let values = normals(bits)
        for lane in 0..<4 { result.append(values[lane]) }
      } else {
        for lane in 0..<4 { result.append(uniform(bits[lane])) }
      }
      block &+= 1
    }
    return Array(result.prefix(count))
  }
}

/// Philox as a sequence of host random numbers, for shuffles, initialisers and augmentation.
public struct PhiloxGenerator: RandomNumberGenerator, Sendable {
  private let seed: UInt64
  private var counter: SIMD4<UInt32>
  private var words = SIMD4<UInt32>()
  private var used = 4

  /// - Parameters:
  ///   - stream: separates sequences of one seed.
  ///   - step: separates sequences of one stream, such as epochs.
  public init(
    seed: UInt64, stream: UInt32 = 0, step: UInt32 = 0, purpose: RandomPurpose = .test
  ) {
    self.seed = seed
    self.counter = SIMD4(0, stream, step, purpose.rawValue)
  }

  private mutating func nextWord() -> UInt32 {
    if used == 4 {
      words = Philox.words(counter: counter, key: seed)
      counter[0] &+= 1
      used = 0
    }
    defer { used += 1 }
    return words[used]
  }

  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(nextWord()) << 32 | UInt64(low)
  }

  /// A uniform number in (0, 1).
  public mutating func uniform() -> Float { Philox.uniform(nextWord()) }
}
