import Support
import Testing

@Suite struct ParallelTests {
  @Test(arguments: [0, 1, 15, 16, 17, 1000, 5000])
  func resultsKeepTheirOrder(count: Int) throws {
    #expect(try Parallel.map(count) { $0.map { $0 * 2 } } == (0..<count).map { $0 * 2 })
  }

  @Test func theFirstErrorIsThrown() {
    struct Failure: Error, Equatable { let index: Int }
    for _ in 0..<20 {
      #expect(throws: Failure(index: 300)) {
        try Parallel.map(1000) { part in
          try part.map { index -> Int in
            if index >= 300 { throw Failure(index: index) }
            return index
          }
        }
      }
    }
  }
}
