import Reports
import Testing

@Suite struct PlotTests {
  @Test func ticksAreRoundAndCoverTheValues() {
    let axis = PlotAxis(covering: [0.13, 0.87], includesZero: true, title: "")
    #expect(axis.range == 0...1)
    #expect(axis.ticks.map(axis.text) == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"])
    #expect(axis.share(0.25) == 0.25)
    let single = PlotAxis(covering: [3], includesZero: false, title: "")
    #expect(single.range.contains(3) && single.ticks.count > 1)
  }
}
