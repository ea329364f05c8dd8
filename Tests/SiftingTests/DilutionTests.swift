import Autograd
import ComputeBackend
import Datasets
import Foundation
import Sifting
import TestSupport
import Testing

@Suite struct DilutionTests {
  private func shape(_ height: Int, _ width: Int, _ channels: Int = 1) -> ImageShape {
    ImageShape(height: height, width: width, channels: channels)
  }

  @Test func nothingDrawnChangesNothing() {
    #expect(Dilution.Draw().sources(shape(3, 2)) == [0, 1, 2, 3, 4, 5])
  }

  @Test func cutsWindowsWithABlackBorder() {
    let draw = Dilution.Draw(rowShift: 1, columnShift: -1)
    #expect(draw.sources(shape(3, 2)) == [-1, 2, -1, 4, -1, -1])
  }

  @Test func mirrors() {
    #expect(Dilution.Draw(isFlipped: true).sources(shape(2, 3)) == [2, 1, 0, 5, 4, 3])
  }

  /// Counterclockwise: the right column comes to the top.
  @Test func turnsAboutTheCenter() {
    let draw = Dilution.Draw(angle: .pi / 2)
    #expect(draw.sources(shape(3, 3)) == [2, 5, 8, 1, 4, 7, 0, 3, 6])
  }

  /// Pixels count from 1, 0 is black: PyTorch's `affine_grid` and `grid_sample`, nearest, for 20°.
  @Test func turnsLikePyTorch() {
    let sources = Dilution.Draw(angle: 20 * .pi / 180).sources(shape(5, 6))
    let expected: [Int32] = [
      0, 3, 4, 5, 12, 0, 1, 8, 9, 10, 17, 18, 7, 8, 15, 16, 23, 24, 13, 14, 21, 22, 23, 30, 0, 19,
      26, 27, 28, 0,
    ]
    #expect(sources.map { $0 + 1 } == expected)
  }

  /// Cut first, then turned, then mirrored: by hand for a quarter turn.
  @Test func changesFollowEachOther() {
    let draw = Dilution.Draw(columnShift: 1, angle: .pi / 2, isFlipped: true)
    // Cut: 1 2 - / 4 5 - / 7 8 -; turned: - - - / 2 5 8 / 1 4 7; mirrored.
    #expect(draw.sources(shape(3, 3)) == [-1, -1, -1, 8, 5, 2, 7, 4, 1])
  }

  /// PyTorch: convolution of the image, its edges reflected, with the outer product of
  /// exp(−½(k/0.8)²), k = −1, 0, 1, divided by their sum.
  @Test(arguments: TestDevices.all)
  func blursLikePyTorch(device: TestDevice) throws {
    let plan = DilutionPlan([Dilution.Draw(deviation: 0.8)], shape: shape(2, 3))
    let image = Tensor([0, 1, 4, 9, 2, 5], shape: [1, 2, 3, 1], on: device.backend)
    let found = try plan.applied(to: image).values()
    let expected: [Float] = [2.9521, 2.8699, 3.0440, 3.1800, 2.9981, 3.0880]
    for (a, b) in zip(found, expected) { #expect(abs(a - b) < 1e-4, "\(found)") }
  }

  /// One pixel has no neighbors, and two have each other.
  @Test func blursTheSmallestImages() {
    let draw = Dilution.Draw(deviation: 1)
    #expect(draw.blurWeights(size: 1) == [1])
    let two = draw.blurWeights(size: 2)
    #expect(two[0] == two[3] && two[1] == two[2] && abs(two[0] + two[1] - 1) < 1e-6)
    #expect(abs(two[0] - 0.45186276) < 1e-6)
  }

  /// The same bits whatever batch an image is in, of 1 and 3 channels, also where sides differ.
  @Test(arguments: TestDevices.all, [1, 3])
  func doesNotDependOnTheBatch(device: TestDevice, channels: Int) throws {
    let shape = shape(16, 12, channels)
    let count = 7
    let values = (0..<count * shape.byteCount).map { Float($0 * 37 % 256) / 255 }
    func apply(_ samples: Range<Int>) throws -> [Float] {
      let images = Tensor(
        Array(values[samples.lowerBound * shape.byteCount..<samples.upperBound * shape.byteCount]),
        shape: shape.batchShape(samples.count), on: device.backend)
      return try DilutionPlan(
        Dilution(), samples: Array(samples), shape: shape, seed: 3, sifter: 2
      ).applied(to: images).values()
    }
    let whole = try apply(0..<count)
    #expect(try apply(0..<3) + apply(3..<4) + apply(4..<count) == whole)
    #expect(whole.allSatisfy { $0 >= 0 && $0 <= 1.00001 })
  }

  /// Shifts of up to an eighth of a side, both ends reached, and angles of up to 25°; another
  /// sifter draws others.
  @Test func drawsWithinTheLimits() {
    let shape = shape(32, 28)
    let draws = (0..<500).map { Dilution().draw(seed: 1, sifter: 0, sample: $0, shape: shape) }
    #expect(Set(draws.map(\.rowShift)) == Set(-4...4))
    // 28 / 8 = 3.5 is rounded.
    #expect(Set(draws.map(\.columnShift)) == Set(-4...4))
    let degrees = draws.map { $0.angle * 180 / .pi }
    #expect(degrees.allSatisfy { abs($0) <= 25 } && degrees.contains { $0 > 24 })
    #expect((200...300).contains(draws.count(where: \.isFlipped)))
    #expect(draws.allSatisfy { (0.1...2).contains($0.deviation ?? 0) })
    let other = (0..<500).map { Dilution().draw(seed: 1, sifter: 1, sample: $0, shape: shape) }
    #expect(zip(draws, other).count { $0 == $1 } == 0)
    let plain = Dilution(flips: false, blurs: false).draw(
      seed: 1, sifter: 0, sample: 9, shape: shape)
    #expect(!plain.isFlipped && plain.deviation == nil && plain.angle == draws[9].angle)
  }
}
