import Autograd
import ComputeBackend
import Detection
import Devices
import TestSupport
import Testing

@Suite struct NearestNeighborsTests {
  /// Features that try a search, and the sizes to search in.
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let (count, dimension, k): (Int, Int, Int)
    let values: [Float]

    init(_ name: String, _ count: Int, _ dimension: Int, _ k: Int, _ values: [Float]) {
      testDescription = "\(name) \(count)×\(dimension), k \(k)"
      (self.count, self.dimension, self.k) = (count, dimension, k)
      self.values = values
    }

    /// By distances in Double, then by index.
    var expected: [[Int32]] {
      (0..<count).map { sample in
        let distances = (0..<count).filter { $0 != sample }.map { other -> (Double, Int32) in
          var sum = 0.0
          for index in 0..<dimension {
            let difference =
              Double(values[sample * dimension + index]) - Double(values[other * dimension + index])
            sum += difference * difference
          }
          return (sum, Int32(other))
        }
        return distances.sorted { $0 < $1 }.prefix(k).map(\.1).sorted()
      }
    }
  }

  static let cases: [Case] = {
    var random = PhiloxGenerator(seed: 3)
    var cases = [
      (2, 1, 1), (3, 2, 1), (37, 5, 7), (130, 33, 129), (97, 64, 1), (601, 65, 60), (530, 3, 200),
    ].map { Case("normal", $0, $1, $2, random.normals($0 * $1)) }
    // Grid points: most distances occur many times.
    let grid = random.integers(300 * 2, in: 0..<5).map { Float($0) }
    cases += [1, 20, 150].map { Case("grid", 300, 2, $0, grid) }
    cases.append(Case("equal", 40, 3, 11, [Float](repeating: 0.3, count: 120)))
    cases.append(Case("zero", 20, 4, 5, [Float](repeating: 0, count: 80)))
    // In 32-bit floats, products of these differ by rounding only.
    cases.append(
      Case("far from the origin", 200, 24, 15, random.normals(200 * 24, mean: 900, deviation: 0.01))
    )
    var outlier = random.normals(150 * 8)
    outlier[8 * 16] = 4e6
    cases.append(Case("outlier", 150, 8, 10, outlier))
    cases.append(Case("tiny", 60, 6, 9, random.normals(360, deviation: 1e-20)))
    cases.append(Case("huge", 60, 6, 9, random.normals(360, deviation: 1e16)))
    return cases
  }()

  @Test(arguments: TestDevices.all, cases)
  func areThoseOfASearchInDouble(device: TestDevice, example: Case) throws {
    let search = try NearestNeighbors(
      Tensor(example.values, shape: [example.count, example.dimension], on: device.backend))
    let found = try search.map(k: example.k) { _, neighbors in neighbors.sorted() }
    #expect(found == example.expected)
  }

  private static let bfloat16 = try? Devices.make(
    "cpu", options: DeviceOptions(precision: .bfloat16))

  /// Weights would be rounded to 8 bits; features are not.
  @Test(.enabled(if: bfloat16 != nil, "this processor has no AVX512-BF16"))
  func areExactInReducedPrecision() throws {
    let backend = try #require(Self.bfloat16)
    for example in Self.cases {
      let search = try NearestNeighbors(
        Tensor(example.values, shape: [example.count, example.dimension], on: backend))
      let found = try search.map(k: example.k) { _, neighbors in neighbors.sorted() }
      #expect(found == example.expected, "\(example.testDescription)")
    }
  }

  @Test func reportsEveryBlockAndStopsWhenTold() throws {
    struct Stopped: Error {}
    let example = Self.cases[5]
    let search = try NearestNeighbors(
      Tensor(example.values, shape: [601, 65], on: TestDevices.all[0].backend))
    var done: [Int] = []
    let samples = try search.map(k: 3, progress: { done.append($0) }) { sample, _ in sample }
    #expect(samples == Array(0..<601))
    #expect(done == [512, 601])
    #expect(throws: Stopped.self) {
      try search.map(k: 3, progress: { _ in throw Stopped() }) { sample, _ in sample }
    }
  }

  @Test(arguments: [0, -1, 4, 5])
  func refusesImpossibleNumbers(k: Int) throws {
    let search = try NearestNeighbors(
      Tensor([1, 2, 3, 4], shape: [4, 1], on: TestDevices.all[0].backend))
    #expect(throws: DetectionError.neighbors(k: k, others: 3)) {
      try search.map(k: k) { _, _ in 0 }
    }
  }

  @Test(arguments: [Float.nan, .infinity, 1e19])
  func refusesFeaturesThatAreNotFinite(value: Float) {
    let features = Tensor(
      [1, 2, 3, value, 5, 6], shape: [3, 2], on: TestDevices.all[0].backend)
    #expect(throws: DetectionError.notANumber(sample: 1)) { try NearestNeighbors(features) }
  }

  /// On a line at 0, 1, 2, 10, 11: labels a a b b b.
  @Test(arguments: TestDevices.all)
  func votesByHand(device: TestDevice) throws {
    let search = try NearestNeighbors(
      Tensor([0, 1, 2, 10, 11], shape: [5, 1], on: device.backend))
    let votes = try search.votes(k: 2, labels: [0, 0, 1, 1, 1], classCount: 3)
    #expect(
      votes == [
        NeighborVote(agreeing: 1, plurality: 0),  // 1, 2: a tie goes to the smaller label
        NeighborVote(agreeing: 1, plurality: 0),  // 0, 2
        NeighborVote(agreeing: 0, plurality: 0),  // 1, 0
        NeighborVote(agreeing: 2, plurality: 1),  // 4, 2
        NeighborVote(agreeing: 2, plurality: 1),  // 3, 2
      ])
  }
}
