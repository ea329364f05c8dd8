import Datasets
import Purification
import Testing

@Suite struct ImageDistanceTests {
  private let shape = ImageShape(height: 5, width: 6, channels: 3)

  /// a[y, x, c] = (37x + 59y + 83c) mod 256, b[y, x, c] = (41x + 53y + 91c + 17) mod 256.
  private func images() -> (a: [UInt8], b: [UInt8]) {
    var a: [UInt8] = []
    var b: [UInt8] = []
    for y in 0..<5 {
      for x in 0..<6 {
        for c in 0..<3 {
          a.append(UInt8((x * 37 + y * 59 + c * 83) % 256))
          b.append(UInt8((x * 41 + y * 53 + c * 91 + 17) % 256))
        }
      }
    }
    return (a, b)
  }

  /// Expected values by numpy: sliding_window_view, biased moments times n/(n − 1), mean of
  /// ((2·ua·ub + C1)(2·vab + C2)) / ((ua² + ub² + C1)(va + vb + C2)); per channel, then averaged.
  @Test(arguments: [
    (StructuralSimilarity.Window.planar(side: 3), 0.6050933916462631),
    (.planar(side: 5), 0.5707013073281536),
    (.volume, 0.5923402768081766),
  ])
  func similarity(window: StructuralSimilarity.Window, expected: Double) {
    let (a, b) = images()
    let similarity = StructuralSimilarity(window: window)
    #expect(abs(similarity(a[...], b[...], shape: shape) - expected) < 1e-12)
    #expect(abs(similarity(b[...], a[...], shape: shape) - expected) < 1e-12)
    #expect(abs(similarity(a[...], a[...], shape: shape) - 1) < 1e-12)
  }

  @Test func similarityOfFlatImages() {
    // Constant 0 and 255: only the constants remain, C1 / (255² + C1).
    let black = [UInt8](repeating: 0, count: 90)
    let white = [UInt8](repeating: 255, count: 90)
    let c1 = 2.55 * 2.55
    let value = StructuralSimilarity()(black[...], white[...], shape: shape)
    #expect(abs(value - c1 / (255 * 255 + c1)) < 1e-12)
  }

  @Test func volumeNeedsThreeChannels() {
    let gray = ImageShape(height: 5, width: 18, channels: 1)
    let (a, b) = images()
    let volume = StructuralSimilarity(window: .volume)(a[...], b[...], shape: gray)
    #expect(volume == StructuralSimilarity()(a[...], b[...], shape: gray))
  }

  @Test func cosine() {
    #expect(ImageDistance.cosine([1, 0], [0, 2]) == 0)
    #expect(abs(ImageDistance.cosine([1, 2], [-2, -4]) + 1) < 1e-12)
    #expect(abs(ImageDistance.cosine([3, 4], [4, 3]) - 24.0 / 25) < 1e-12)
    #expect(ImageDistance.cosine([0, 0], [0, 0]) == 1)
    #expect(ImageDistance.cosine([0, 0], [1, 0]) == 0)
  }

  @Test func distanceAddsHalves() {
    let (a, b) = images()
    let distance = ImageDistance()
    let same = distance(a[...], a[...], shape: shape, features: ([1, 2], [1, 2]))
    #expect(abs(same) < 1e-12)
    // SSIM 1 and cos −1: half of the scale.
    #expect(
      abs(distance(a[...], a[...], shape: shape, features: ([1, 2], [-1, -2])) - 0.5) < 1e-12)
    let both = distance(a[...], b[...], shape: shape, features: ([1, 0], [0, 1]))
    #expect(abs(both - ((1 - 1.6050933916462631 / 2) / 2 + 0.25)) < 1e-12)
  }

  @Test func rankOf51IsPlace40() {
    // Distances .50, .49, … .01: ascending with the original first, place 40 holds .40.
    let distances = (0..<50).map { Double(50 - $0) / 100 }
    #expect(ImageDistance.selection(distances) == 10)
    #expect(distances[10] == 0.40)
  }

  @Test func rankOfFew() {
    #expect(ImageDistance.selection([]) == nil)
    #expect(ImageDistance.selection([0.3]) == 0)
    #expect(ImageDistance.selection([0.3, 0.1]) == 0)
    #expect(ImageDistance.selection([0.1, 0.3, 0.2, 0.4]) == 3)
    // 6 images: place 4.
    #expect(ImageDistance.selection([0.1, 0.5, 0.2, 0.4, 0.3]) == 3)
    // Equal distances: the earlier candidate comes first.
    #expect(ImageDistance.selection([0.2, 0.2, 0.2, 0.2, 0.2]) == 3)
  }
}
