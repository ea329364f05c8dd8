/// A part of a page: with a title it is listed in the table of contents.
public struct ReportChapter: ExpressibleByStringLiteral, ExpressibleByStringInterpolation {
  /// Plain text; nil for what stands between chapters.
  public var title: String?
  /// HTML.
  public var body: String

  public init(_ body: String, title: String? = nil) {
    self.title = title
    self.body = body
  }

  public init(stringLiteral body: String) { self.init(body) }

  /// The title as an anchor: letters and digits of ASCII, and hyphens.
  var anchor: String {
    let words = (title ?? "").lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    return words.joined(separator: "-")
  }

  /// A section whose heading is its name; nothing if there is nothing in it.
  var html: String {
    guard !body.isEmpty else { return "" }
    guard let title else { return body }
    return """
      <section id="\(anchor)" aria-labelledby="\(anchor)-title">
      <h2 id="\(anchor)-title">\(title.htmlEscaped)</h2>
      \(body)
      </section>
      """
  }
}
