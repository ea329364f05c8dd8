import Reports
import Runs
import Testing

@Suite struct PageTests {
  /// Names come from datasets that nobody has looked at yet.
  @Test func namesAreNoMarkup() {
    #expect("<b a=\"x\">'&".htmlEscaped == "&lt;b a=&quot;x&quot;&gt;&#39;&amp;")
    // A control character, and one that turns the direction of reading.
    #expect("a\u{7}b\u{202E}c".htmlEscaped == "a\\u0007b\\u202Ec")
    let name = "</title><script>alert(1)</script>"
    let page = HTML.document(
      title: name,
      [
        HTML.chapter(name, HTML.table([name], [(isMarked: false, cells: [name, name])])),
        HTML.warnings([name]),
        ReportChapter(
          BarChart(
            rows: [.init(title: name, values: [1], text: name)], series: [(name, "#1f6f43")]
          ).svg(described: name)),
      ])
    #expect(!page.contains("<script"))
    #expect(page.contains("&lt;script&gt;alert(1)"))
  }

  @Test func aPageNeedsNoOtherFileAndNoScript() {
    let page = HTML.document(title: "t", [HTML.chapter("One two", "<p>x</p>"), ""])
    #expect(page.contains("default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
    #expect(page.contains("<a href=\"#one-two\">One two</a>"))
    #expect(page.contains("<section id=\"one-two\" aria-labelledby=\"one-two-title\">"))
    for word in ["<script", "<link", "url(", "@import", "src=\"http"] {
      #expect(!page.contains(word))
    }
  }

  @Test func barsAreAsLongAsTheirValues() {
    let svg = BarChart(
      rows: [
        .init(title: "a", values: [1, 3], mark: 2, text: "4"),
        .init(title: "b", values: [2, 0], text: "2"),
      ], series: [("x", "#1f6f43"), ("y", "#b4451f")]
    ).svg(described: "d")
    // Titles and texts are 6.4 and 8 pixels wide: 460 - 14 - 14 = 432 for a value of 4.
    #expect(
      svg.contains("<rect x=\"14.0\" y=\"31\" width=\"108.0\" height=\"16\" fill=\"#1f6f43\""))
    #expect(
      svg.contains("<rect x=\"122.0\" y=\"31\" width=\"324.0\" height=\"16\" fill=\"#b4451f\""))
    #expect(svg.contains("<line x1=\"230.0\" x2=\"230.0\""))
    #expect(svg.contains("<rect x=\"14.0\" y=\"53\" width=\"216.0\""))
    #expect(svg.contains("aria-label=\"d\""))
  }

  @Test func longTextIsShortened() {
    #expect("abcd".shortened(to: 4) == "abcd" && "abcde".shortened(to: 4) == "abc…")
  }
}
