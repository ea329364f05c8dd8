import Testing
import TestSupport

/// The comparison that all numerical tests rest on.
@Suite struct ClosenessTests {
  @Test func accepts() {
    #expect(Closeness.exact.difference([1, .infinity, .nan], [1, .infinity, Double.nan]) == nil)
    #expect(Closeness.absolute(0.1).difference([1.05], [1.0]) == nil)
    #expect(Closeness.relative(0.01).difference([0.5, 100], [0.0, 100]) == nil)
    #expect(Closeness.elementwise(0.01, floor: 1).difference([0.005, 100.5], [0.0, 100]) == nil)
    #expect(Closeness.deviation(0.1).difference([1001.05, 999], [1001.0, 999]) == nil)
    // Out of Float's range.
    #expect(Closeness.elementwise(1e-6).difference([Float.infinity], [1e40]) == nil)
  }

  @Test func refuses() {
    #expect(Closeness.exact.difference([1.0], [1.0, 2]) != nil)
    #expect(Closeness.exact.difference([Double.nan], [1.0]) != nil)
    #expect(Closeness.relative(1).difference([1.0, 1], [1, Double.nan]) != nil)
    #expect(Closeness.relative(1).difference([Double.infinity], [1.0]) != nil)
    #expect(Closeness.relative(1).difference([-Double.infinity], [Double.infinity]) != nil)
    #expect(Closeness.absolute(0.1).difference([1.2], [1.0]) != nil)
    #expect(Closeness.elementwise(0.01).difference([0.005], [0.0]) != nil)
    #expect(Closeness.relative(0.001).difference([0.5, 100], [0.0, 100]) != nil)
  }

  @Test func namesTheWorstElement() throws {
    let difference = try #require(
      Closeness.relative(0.1).difference([1, 1.5, 3], [1.0, 1, 1]))
    #expect(difference.hasPrefix("element 2 of 3 is 3.0 instead of 1.0"))
  }
}
