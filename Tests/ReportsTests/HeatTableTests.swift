import Reports
import Testing

@Suite struct HeatTableTests {
  @Test func colorsGoFromRedToGreen() {
    #expect(HeatTable.color(nil) == "#eeeeee")
    #expect(HeatTable.color(0) == "#f09682" && HeatTable.color(-1) == "#f09682")
    #expect(HeatTable.color(0.5) == "#fcf0c8")
    #expect(HeatTable.color(1) == "#8cc896")
    // Half way from (240, 150, 130) to (252, 240, 200).
    #expect(HeatTable.color(0.25) == "#f6c3a5")
  }

  @Test func cellsLieInTheirGroups() {
    let svg = HeatTable(
      groups: ["a<b", "c"], columns: ["x"],
      rows: [(title: "row", cells: [.init("1", quality: 1), .init("–", quality: nil)])]
    ).svg()
    // Titles are 16 + 3·7 wide, columns 16 + 7, groups 6 apart.
    #expect(svg.contains("<rect x=\"37\" y=\"54\" width=\"22\" height=\"23\" fill=\"#8cc896\"/>"))
    #expect(svg.contains("<rect x=\"66\" y=\"54\" width=\"22\" height=\"23\" fill=\"#eeeeee\"/>"))
    #expect(svg.contains(">a&lt;b</text>") && svg.contains(">row</text>"))
    #expect(svg.contains("width=\"101\""))
  }
}
