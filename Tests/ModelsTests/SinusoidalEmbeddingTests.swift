import Models
import TestSupport
import Testing

struct SinusoidalEmbeddingTests {
  private struct Case: Decodable {
    var dim: Int
    var flip_sin_to_cos: Bool
    var freq_shift: Int
    var timesteps: [Float]
    var expected: [Float]
  }

  @Test(.requiresFixtures)
  func agreesWithDiffusers() throws {
    for fixture in try Fixtures.json("timestep_embedding.json", as: [Case].self) {
      let rows = SinusoidalEmbedding.rows(
        fixture.timesteps, width: fixture.dim, flipsSineToCosine: fixture.flip_sin_to_cos,
        frequencyShift: fixture.freq_shift)
      // One unit in the last place of 10000^… moves the angle at t = 999 by 6·10⁻⁵.
      expectClose(rows, fixture.expected, .absolute(7e-5), "width \(fixture.dim)")
    }
  }

  @Test func oddWidthsEndWithZero() {
    let rows = SinusoidalEmbedding.rows(
      [0, 5], width: 5, flipsSineToCosine: true, frequencyShift: 0)
    #expect(rows.count == 10)
    #expect(Array(rows[0..<5]) == [1, 1, 0, 0, 0])
    #expect(rows[9] == 0)
  }
}
