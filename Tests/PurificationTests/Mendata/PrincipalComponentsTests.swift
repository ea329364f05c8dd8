import Purification
import Testing

@Suite struct PrincipalComponentsTests {
  @Test func principalComponentsOfAStretchedCloud() throws {
    // Along (3, 4)/5 with deviation about 2.2, across it 0.5, by hand.
    var rows: [[Double]] = []
    for a in [-3.0, -1, 1, 3] {
      for b in [-0.5, 0.5] { rows.append([10 + 0.6 * a - 0.8 * b, 20 + 0.8 * a + 0.6 * b]) }
    }
    let components = try PrincipalComponents(rows, count: 2)
    for (found, expected) in zip(components.directions.values, [0.6, 0.8, 0.8, -0.6]) {
      #expect(abs(found - expected) < 1e-9)
    }
    let place = components.project([10.6, 20.8])
    #expect(abs(place[0] - 1) < 1e-9 && abs(place[1]) < 1e-9)
  }
}
