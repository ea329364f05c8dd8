import ComputeBackend
import Detection
import LinearAlgebra
import Testing

@Suite struct QuantumEntropyFilterTests {
  /// 90 normal points of four dimensions, the last one with a tenth of the deviation of the
  /// others, and 10 that lie 12 of its deviations away in it.
  private static let example: Matrix = {
    var random = PhiloxGenerator(seed: 4)
    return Matrix(
      (0..<100).map { sample in
        let x = random.normals(4).map(Double.init)
        return [x[0], x[1], x[2], 0.1 * x[3] + (sample < 10 ? 1.2 : 0)]
      })
  }()

  /// Poison that adds little variance stands out once the rest is white.
  @Test func findsWhatDirectionsOfGreatVarianceHide() throws {
    let rows = try Self.example.principalComponents(4)
    let filter = try QuantumEntropyFilter(rows, rate: 0.1)
    let kept = filter.kept(of: rows)
    #expect(kept.count == 85)
    #expect(!kept.contains { $0 < 10 })
    #expect(filter.excess > 4)
    let scores = filter.scores(of: rows)
    let worst = scores.indices.sorted { scores[$0] > scores[$1] }.prefix(10)
    #expect(worst.sorted() == Array(0..<10))
  }

  /// Three rounds of 5 of 100 rows, which are those that lie together far from all others.
  @Test func dropsWhatLiesTogether() throws {
    let line = Matrix((0..<100).map { [$0 < 15 ? 100 + Double($0) : Double($0 % 5)] })
    let white = try Whitening.robust(line, share: 0.1)(line)
    let kept = white.selecting(rows: 15..<100)
    // Of 0 … 4, 17 each: mean 2, variance 2.
    #expect(abs(kept.columnMeans[0]) < 1e-12)
    #expect(abs(kept.covariance[0, 0] - 1) < 1e-5)
    #expect(abs(white[0, 0] - 98 / 2.0.squareRoot()) < 1e-3)
  }

  /// 4·5/2 = 10 and 9·10/2 = 45 products.
  @Test(arguments: [(1, 1), (9, 1), (10, 4), (44, 4), (45, 9), (3000, 64)])
  func fewRowsHaveFewComponents(rows: Int, expected: Int) {
    #expect(QuantumEntropyFilter.dimensions(rows: rows) == expected)
  }

  @Test func directionsWithoutVarianceStayFinite() throws {
    let flat = Matrix((0..<20).map { [Double($0), 0] })
    let white = try Whitening(flat)(flat)
    #expect(white.values.allSatisfy { $0.isFinite })
    let equal = Matrix(repeating: 3, rows: 5, columns: 2)
    #expect(try Whitening(equal)(equal) == Matrix(rows: 5, columns: 2))
    let scores = try QuantumEntropyFilter(equal, rate: 0.1).scores(of: equal)
    #expect(scores.count == 5 && scores.allSatisfy { $0.isFinite })
  }
}
