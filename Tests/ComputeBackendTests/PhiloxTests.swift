import ComputeBackend
import Testing
import TestSupport

@Suite struct PhiloxTests {
  /// Words for a counter and a key.
  struct KnownAnswer: Sendable {
    var counter: SIMD4<UInt32>
    var key: UInt64
    var words: SIMD4<UInt32>
  }

  /// Published with Random123 (`kat_vectors`, philox4x32 10).
  static let knownAnswers = [
    KnownAnswer(
      counter: SIMD4(repeating: 0), key: 0,
      words: SIMD4(0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8)),
    KnownAnswer(
      counter: SIMD4(repeating: .max), key: .max,
      words: SIMD4(0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD)),
    KnownAnswer(
      counter: SIMD4(0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344),
      key: 0x299F_31D0_A409_3822,
      words: SIMD4(0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1)),
  ]

  @Test(arguments: knownAnswers)
  func wordsAreThePublishedOnes(_ answer: KnownAnswer) {
    #expect(Philox.words(counter: answer.counter, key: answer.key) == answer.words)
  }

  @Test func uniformNumbersStayInsideTheInterval() {
    #expect(Philox.uniform(0) == 0x1p-24)
    #expect(Philox.uniform(.max) == 1 - 0x1p-24)
    #expect(Philox.uniform(1 << 31) == 0.5 + 0x1p-24)
  }

  /// Moments of 400,000 numbers, within four standard errors.
  @Test func normalNumbersHaveNormalMoments() {
    let key = NoiseKey(seed: 11, step: 3, purpose: 1)
    let count = 400_000
    let z = Philox.row(key, stream: 5, count: count, normal: true).map { Double($0) }
    let moments = (1...4).map { power in
      z.reduce(0.0) { sum, z in sum + (0..<power).reduce(1.0) { product, _ in product * z } }
        / Double(count)
    }
    let error = 4 / Double(count).squareRoot()
    #expect(abs(moments[0]) < error)
    #expect(abs(moments[1] - 1) < error * 2.0.squareRoot())
    #expect(abs(moments[2]) < error * 15.0.squareRoot())
    #expect(abs(moments[3] - 3) < error * 96.0.squareRoot())
    // P(|z| > 3) = 0.0027.
    let tail = Double(z.count { abs($0) > 3 }) / Double(count)
    #expect(abs(tail - 0.0027) < error * 0.052)
  }

  /// Box–Muller in Double from the same words.
  @Test func normalNumbersAreAccurate() {
    let key = NoiseKey(seed: 99, step: 0, purpose: 0)
    let uniform = Philox.row(key, stream: -3, count: 40_000, normal: false).map { Double($0) }
    let expected = stride(from: 0, to: uniform.count, by: 2).flatMap { i in
      boxMuller(uniform[i], uniform[i + 1])
    }
    let normal = Philox.row(key, stream: -3, count: 40_000, normal: true)
    expectClose(normal, expected, .elementwise(4e-7, floor: 1), "normal numbers")
  }

  @Test func aRowDoesNotDependOnItsLength() {
    let key = NoiseKey(seed: 1, step: 2, purpose: 3)
    let long = Philox.row(key, stream: 4, count: 1001, normal: true)
    #expect(Array(long.prefix(17)) == Philox.row(key, stream: 4, count: 17, normal: true))
  }

  @Test func everyPartOfTheKeyMatters() {
    let rows = [
      Philox.row(NoiseKey(seed: 1, step: 2, purpose: 3), stream: 4, count: 4, normal: false),
      Philox.row(NoiseKey(seed: 1 << 32, step: 2, purpose: 3), stream: 4, count: 4, normal: false),
      Philox.row(NoiseKey(seed: 1, step: 3, purpose: 3), stream: 4, count: 4, normal: false),
      Philox.row(NoiseKey(seed: 1, step: 2, purpose: 4), stream: 4, count: 4, normal: false),
      Philox.row(NoiseKey(seed: 1, step: 2, purpose: 3), stream: 5, count: 4, normal: false),
    ]
    #expect(Set(rows).count == rows.count)
  }

  @Test func generatorRepeatsFromItsSeed() {
    var first = PhiloxGenerator(seed: 8, stream: 1, step: 2)
    var second = PhiloxGenerator(seed: 8, stream: 1, step: 2)
    var other = PhiloxGenerator(seed: 8, stream: 1, step: 3)
    let words = (0..<9).map { _ in first.next() }
    #expect(words == (0..<9).map { _ in second.next() })
    #expect(words != (0..<9).map { _ in other.next() })
  }
}
