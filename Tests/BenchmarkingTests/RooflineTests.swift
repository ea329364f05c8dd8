import Benchmarking
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The picture is valid, complete, and puts things where they belong.
@Suite struct RooflineTests {
  private let peak = DevicePeak(flopsPerSecond: 5e11, bytesPerSecond: 5e10)

  private func parsed(_ points: [Roofline.Point]) throws -> Picture {
    let roofline = Roofline(
      title: "cpu: <A> & \"B\"", subtitle: "batch 8", peak: peak, points: points)
    return try Picture(roofline.svg)
  }

  private func point(_ name: String, _ intensity: Double, _ rate: Double) -> Roofline.Point {
    Roofline.Point(
      name: name, kind: .convolution, intensity: intensity, flopsPerSecond: rate)
  }

  @Test func itHasEachPointAndTheLegendOfTheirKinds() throws {
    let points = DeviceOperation.Kind.allCases.enumerated().map { index, kind in
      Roofline.Point(
        name: "operation \(index) <&>", kind: kind, intensity: pow(3, Double(index - 3)),
        flopsPerSecond: 1e9 * Double(index + 1))
    }
    let picture = try parsed(points)
    let titles = picture.points.map(\.title)
    #expect(titles.count == points.count)
    for (title, point) in zip(titles, points) { #expect(title.hasPrefix(point.name + ": ")) }
    for kind in DeviceOperation.Kind.allCases { #expect(picture.texts.contains(kind.rawValue)) }
    #expect(picture.texts.contains("cpu: <A> & \"B\""))
    #expect(picture.texts.contains { $0.hasPrefix("500 GFLOP/s") })
    #expect(picture.texts.contains { $0.hasPrefix("50 GB/s") })
    #expect(picture.texts.contains { $0.contains("Winograd's algorithm may pass the roof") })
  }

  @Test func pointsLieWhereTheAxesSay() throws {
    // The roof's corner, half and twice its arithmetic, and a tenth of its intensity on the slope.
    let picture = try parsed([
      point("corner", 10, 5e11), point("below", 10, 2.5e11), point("above", 10, 1e12),
      point("slope", 1, 5e10), point("hundred", 100, 5e10),
    ])
    let places = Dictionary(
      uniqueKeysWithValues: picture.points.map { (String($0.title.prefix { $0 != ":" }), $0) })
    let corner = try #require(places["corner"])
    let (below, above) = (try #require(places["below"]), try #require(places["above"]))
    let (slope, hundred) = (try #require(places["slope"]), try #require(places["hundred"]))
    try #require(picture.roof.count == 3)
    #expect(abs(picture.roof[1].x - corner.x) < 0.02 && abs(picture.roof[1].y - corner.y) < 0.02)
    #expect(below.x == corner.x && below.y > corner.y && above.y < corner.y)
    // Logarithmic: equal ratios are equal distances.
    #expect(abs((below.y - corner.y) - (corner.y - above.y)) < 0.03)
    #expect(abs((corner.x - slope.x) - (hundred.x - corner.x)) < 0.03)
    // The slope's point lies on the line from the roof's entry to its corner.
    let (entry, end) = (picture.roof[0], picture.roof[1])
    let share = (slope.x - entry.x) / (end.x - entry.x)
    #expect(abs(entry.y + share * (end.y - entry.y) - slope.y) < 0.03)
    #expect(picture.roof[2].y == picture.roof[1].y)
    #expect(hundred.title.hasSuffix("10 % of the roof"))
  }

  @Test func anEmptyPictureIsStillARoof() throws {
    let picture = try parsed([])
    #expect(picture.points.isEmpty)
    #expect(picture.roof.count == 3)
    #expect(peak.roof(intensity: 1) == 5e10 && peak.roof(intensity: 100) == 5e11)
  }
}

/// What a reader sees: points by title and place, the roof's corners, all texts.
private final class Picture: NSObject, XMLParserDelegate {
  struct Place {
    var title = ""
    var x = 0.0
    var y = 0.0
  }

  private(set) var points: [Place] = []
  private(set) var roof: [Place] = []
  private(set) var texts: [String] = []
  private var current = ""
  private var isInPoint = false

  init(_ svg: String) throws {
    super.init()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = self
    try #require(parser.parse(), "\(String(describing: parser.parserError))")
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    current = ""
    if name == "g", attributes["class"] == "point" {
      isInPoint = true
      points.append(Place())
    }
    if isInPoint, name == "circle" {
      points[points.count - 1].x = Double(attributes["cx"] ?? "") ?? .nan
      points[points.count - 1].y = Double(attributes["cy"] ?? "") ?? .nan
    }
    if attributes["class"] == "roof" {
      roof = (attributes["points"] ?? "").split(separator: " ").map {
        let numbers = $0.split(separator: ",").map { Double($0) ?? .nan }
        return Place(x: numbers[0], y: numbers[1])
      }
    }
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) { current += text }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    if name == "title", isInPoint { points[points.count - 1].title = current }
    if name == "text" { texts.append(current) }
    if name == "g" { isInPoint = false }
    current = ""
  }
}
