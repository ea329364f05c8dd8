import Datasets
import Detection
import TestSupport
import Testing

@Suite struct DuplicatesTests {
  /// Distances 0, 0.1, 1, 1, 1.2: the median is 1, the threshold 0.13.
  @Test func rankingByHand() {
    let search = DuplicateSearch([0, 0.1, 1, 1, 1.2])
    #expect(search.median == 1)
    #expect(search.isDuplicate == [true, true, false, false, false])
    expectClose(
      search.scores, [0, 0.0952, 0.6321, 0.6321, 0.6988], .absolute(5e-5), "scores")
  }

  @Test func allEqual() {
    let search = DuplicateSearch([0, 0, 0])
    #expect(search.isDuplicate == [true, true, true])
    #expect(search.scores == [0, 0, 0])
  }

  /// Gray images of 2×2 pixels.
  private struct Images: LabelledImages {
    var shape = ImageShape(height: 2, width: 2, channels: 1)
    let classCount = 2
    let labels: [Int32]
    let pixels: [[UInt8]]

    func images(_ samples: [Int]) -> [UInt8] { samples.flatMap { pixels[$0] } }
  }

  private let images = Images(
    labels: [0, 1, 0, 1, 0],
    pixels: [[0, 0, 9, 9], [9, 9, 0, 0], [0, 0, 9, 9], [7, 7, 7, 7], [10, 10, 40, 40]])

  @Test func equalPixels() throws {
    #expect(try ExactDuplicates(of: images).others == [[2], [], [0], [], []])
  }

  /// Brightness and contrast don't matter; an image of one color has no correlation.
  @Test func correlations() throws {
    let vectors = try CorrelationVectors(of: images)
    #expect(vectors.columns == 4)
    let distances = [(0, 4), (0, 1), (0, 3), (3, 3)].map { vectors.distance($0, $1) }
    expectClose(distances, [0, 2, 0.5, 0], .absolute(1e-6), "distances")
  }

  /// 64 rows become 32 means of two: where the two change places, nothing else does.
  @Test func largeImagesAreReduced() throws {
    let rows = (0..<64).map { UInt8($0 * 3) }
    let swapped = rows.indices.map { rows[$0 ^ 1] }
    let vectors = try CorrelationVectors(
      of: Images(
        shape: ImageShape(height: 64, width: 1, channels: 1), labels: [0, 1, 1],
        pixels: [rows, swapped, rows.reversed()]))
    #expect(vectors.columns == 32)
    #expect(vectors.distance(0, 1) == 0)
    #expect(abs(vectors.distance(0, 2) - 2) < 1e-6)
  }
}
